// What a worker sends for a bundle is passed on as it comes. In the place of Beam's class of this name (2.62), which keeps it until the
// worker has said that the bundle is done: all that a stage gives out is then in Java's heap at once, and after a hundred messages the
// worker waits for the bundle's end, which waits for the worker.
package org.apache.beam.sdk.fn.data;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.beam.model.fnexecution.v1.BeamFnApi.Elements;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.vendor.grpc.v1p60p1.com.google.protobuf.ByteString;

/**
 * Decodes what arrives, in the thread in which it arrives, and gives it to the receivers of its transforms. These take it under a lock of
 * their own (Flink) or put it into a concurrent queue (Spark), whatever thread it is. One that waits, until there is room in the network,
 * keeps the worker waiting.
 */
public class BeamFnDataInboundObserver implements CloseableFnDataReceiver<Elements> {
  private static final class ClosedException extends Exception {
    ClosedException() {
      super("The bundle takes no more elements.");
    }
  }

  /** Where the elements, or the timers, of a transform go. */
  private static final class Endpoint {
    final Coder<Object> coder;
    final FnDataReceiver<Object> receiver;

    @SuppressWarnings("unchecked")
    Endpoint(Coder<?> coder, FnDataReceiver<?> receiver) {
      this.coder = (Coder<Object>) coder;
      this.receiver = (FnDataReceiver<Object>) receiver;
    }
  }

  private final Map<String, Endpoint> endpoints = new HashMap<>();
  private final Set<String> unfinished = new LinkedHashSet<>();
  /** When the last element has been passed on, or one could not be, or nobody wants more. */
  private CompletableFuture<Void> end = new CompletableFuture<>();

  private BeamFnDataInboundObserver(List<DataEndpoint<?>> data, List<TimerEndpoint<?>> timers) {
    for (DataEndpoint<?> one : data) {
      endpoints.put(dataName(one.getTransformId()), new Endpoint(one.getCoder(), one.getReceiver()));
    }
    for (TimerEndpoint<?> one : timers) {
      String name = timerName(one.getTransformId(), one.getTimerFamilyId());
      endpoints.put(name, new Endpoint(one.getCoder(), one.getReceiver()));
    }
    unfinished.addAll(endpoints.keySet());
  }

  public static BeamFnDataInboundObserver forConsumers(
      List<DataEndpoint<?>> dataEndpoints, List<TimerEndpoint<?>> timerEndpoints) {
    return new BeamFnDataInboundObserver(dataEndpoints, timerEndpoints);
  }

  private static String dataName(String transform) {
    return transform + ":data";
  }

  private static String timerName(String transform, String family) {
    return transform + ":timers:" + family;
  }

  @Override
  public void accept(Elements elements) throws Exception {
    if (end.isDone()) {
      throw new ClosedException();
    }
    try {
      if (multiplexElements(elements)) {
        end.complete(null);
      }
    } catch (Throwable failure) {
      end.completeExceptionally(failure);
      throw failure;
    }
  }

  /** Passes elements on; returns whether they were the last ones. */
  public synchronized boolean multiplexElements(Elements elements) throws Exception {
    for (Elements.Data one : elements.getDataList()) {
      passOn(dataName(one.getTransformId()), one.getData(), one.getIsLast());
    }
    for (Elements.Timers one : elements.getTimersList()) {
      passOn(timerName(one.getTransformId(), one.getTimerFamilyId()), one.getTimers(), one.getIsLast());
    }
    return unfinished.isEmpty();
  }

  private void passOn(String name, ByteString bytes, boolean isLast) throws Exception {
    if (!unfinished.contains(name)) {
      throw new IllegalStateException(
          (endpoints.containsKey(name) ? "More elements came after the last ones for " : "Nobody takes elements of ") + name + ".");
    }
    Endpoint endpoint = endpoints.get(name);
    InputStream input = bytes.newInput();
    while (input.available() > 0) {
      endpoint.receiver.accept(endpoint.coder.decode(input));
    }
    if (isLast) {
      unfinished.remove(name);
    }
  }

  /** Waits until the last element has been passed on; throws what a receiver threw. */
  public void awaitCompletion() throws Exception {
    try {
      end.get();
    } catch (ExecutionException e) {
      Throwable failure = e.getCause();
      if (failure instanceof Error) {
        throw (Error) failure;
      }
      throw (Exception) failure;
    } finally {
      close();
    }
  }

  @Override
  public void flush() {
    throw new UnsupportedOperationException();
  }

  /** Takes no more elements. It does not wait for a receiver that has one. */
  @Override
  public void close() {
    end.completeExceptionally(new ClosedException());
  }

  /** Makes it ready for another bundle. */
  public synchronized void reset() {
    unfinished.addAll(endpoints.keySet());
    end = new CompletableFuture<>();
  }

  /** Whether elements are processed now; those who wait for more ask it. */
  public boolean isConsumingReceivedData() {
    return !end.isDone();
  }

  public synchronized List<String> getUnfinishedEndpoints() {
    return new ArrayList<>(unfinished);
  }
}
