// What a job server sends to a worker waits for the worker. In the place of Beam's class of this name (2.62), which sends a hundred
// messages before it looks whether the last ones have left: of a megabyte each, or of a whole group, they are in memory outside of
// Java's heap, of which a TaskManager of Flink has little. With 1,000,000 records it ran out, and the TaskManager ended with it.
package org.apache.beam.sdk.fn.stream;

import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.beam.vendor.grpc.v1p60p1.com.google.protobuf.MessageLite;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.Status;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.stub.CallStreamObserver;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.stub.ServerCallStreamObserver;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.stub.StreamObserver;

/** Sends messages one after the other, from any thread; one that finds too much on its way waits until that has left. */
public final class DirectStreamObserver<T> implements StreamObserver<T> {
  /** So many bytes leave without a look at whether they do. A message larger than that leaves alone. */
  private static final long MAX_BYTES = 4 << 20;
  /** That the receiver has gone nobody tells those who wait. */
  private static final int LOOK_MS = 500;

  private final Phaser phaser;
  private final CallStreamObserver<T> outbound;
  private final Object lock = new Object();
  private long bytes;

  /** @param phaser arrives at a new phase when what was on its way has left; terminated, nobody waits any more */
  public DirectStreamObserver(Phaser phaser, CallStreamObserver<T> outbound) {
    this.phaser = phaser;
    this.outbound = outbound;
  }

  @Override
  public void onNext(T value) {
    long size = value instanceof MessageLite ? ((MessageLite) value).getSerializedSize() : 1;
    synchronized (lock) {
      if (bytes > 0 && bytes + size > MAX_BYTES) {
        awaitReady();
        bytes = 0;
      }
      bytes += size;
      outbound.onNext(value);
    }
  }

  @Override
  public void onError(Throwable error) {
    synchronized (lock) {
      outbound.onError(error);
    }
  }

  @Override
  public void onCompleted() {
    synchronized (lock) {
      outbound.onCompleted();
    }
  }

  private void awaitReady() {
    int phase = phaser.getPhase();
    while (phase >= 0 && !outbound.isReady()) {
      if (outbound instanceof ServerCallStreamObserver && ((ServerCallStreamObserver<?>) outbound).isCancelled()) {
        throw Status.CANCELLED.withDescription("The worker has gone.").asRuntimeException();
      }
      try {
        phase = phaser.awaitAdvanceInterruptibly(phase, LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException late) {
        phase = phaser.getPhase();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new RuntimeException(stopped);
      }
    }
  }
}
