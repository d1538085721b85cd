// Runs a stage's code on a partition. In the place of Beam's class of this name (2.62), which keeps all that a partition gives out in Java's
// heap, as objects, until the last of it is there: an executor of 1 GB failed with 10,000,000 records. Beyond a few megabytes it is in a file.
// Of state and timers, which it refuses, the SDK for TypeScript has none.
package org.apache.beam.runners.spark.translation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.beam.model.fnexecution.v1.BeamFnApi.ProcessBundleProgressResponse;
import org.apache.beam.model.fnexecution.v1.BeamFnApi.ProcessBundleResponse;
import org.apache.beam.model.fnexecution.v1.BeamFnApi.StateKey.TypeCase;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.runners.fnexecution.control.BundleProgressHandler;
import org.apache.beam.runners.fnexecution.control.ExecutableStageContext;
import org.apache.beam.runners.fnexecution.control.OutputReceiverFactory;
import org.apache.beam.runners.fnexecution.control.ProcessBundleDescriptors.ExecutableProcessBundleDescriptor;
import org.apache.beam.runners.fnexecution.control.ProcessBundleDescriptors;
import org.apache.beam.runners.fnexecution.control.RemoteBundle;
import org.apache.beam.runners.fnexecution.control.StageBundleFactory;
import org.apache.beam.runners.fnexecution.provisioning.JobInfo;
import org.apache.beam.runners.fnexecution.state.StateRequestHandler;
import org.apache.beam.runners.fnexecution.state.StateRequestHandlers;
import org.apache.beam.runners.fnexecution.translation.BatchSideInputHandlerFactory;
import org.apache.beam.runners.spark.SparkPipelineOptions;
import org.apache.beam.runners.spark.coders.CoderHelpers;
import org.apache.beam.runners.spark.metrics.MetricsContainerStepMapAccumulator;
import org.apache.beam.runners.spark.util.ByteArray;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.fn.data.FnDataReceiver;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.join.RawUnionValue;
import org.apache.beam.sdk.util.WindowedValue;
import org.apache.beam.sdk.util.WindowedValue.WindowedValueCoder;
import org.apache.beam.sdk.util.construction.graph.ExecutableStage;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** Gives the elements of a partition to a worker as one bundle; what comes back is tagged with the number of its collection. */
class SparkExecutableStageFunction<InputT, SideInputT>
    implements FlatMapFunction<Iterator<WindowedValue<InputT>>, RawUnionValue> {
  private final SerializablePipelineOptions pipelineOptions;
  private final RunnerApi.ExecutableStagePayload stagePayload;
  private final JobInfo jobInfo;
  private final Map<String, Integer> outputTags;
  private final ExecutableStageContext.Factory contextFactory;
  private final Map<String, Tuple2<Broadcast<List<byte[]>>, WindowedValueCoder<SideInputT>>> sideInputs;
  private final MetricsContainerStepMapAccumulator metrics;

  SparkExecutableStageFunction(
      SerializablePipelineOptions pipelineOptions,
      RunnerApi.ExecutableStagePayload stagePayload,
      JobInfo jobInfo,
      Map<String, Integer> outputTags,
      SparkExecutableStageContextFactory contextFactory,
      Map<String, Tuple2<Broadcast<List<byte[]>>, WindowedValueCoder<SideInputT>>> sideInputs,
      MetricsContainerStepMapAccumulator metrics,
      Coder<?> windowCoder) {
    this.pipelineOptions = pipelineOptions;
    this.stagePayload = stagePayload;
    this.jobInfo = jobInfo;
    this.outputTags = outputTags;
    this.contextFactory = contextFactory;
    this.sideInputs = sideInputs;
    this.metrics = metrics;
  }

  /** For stages with state. */
  FlatMapFunction<Tuple2<ByteArray, Iterable<WindowedValue<InputT>>>, RawUnionValue> forPair() {
    throw new UnsupportedOperationException("This job server runs no stages with state or timers.");
  }

  @Override
  public Iterator<RawUnionValue> call(Iterator<WindowedValue<InputT>> inputs) throws Exception {
    if (!inputs.hasNext()) {
      return Collections.emptyIterator();
    }
    FileSystems.setDefaultPipelineOptions(pipelineOptions.get().as(SparkPipelineOptions.class));
    ExecutableStage stage = ExecutableStage.fromPayload(stagePayload);
    try (ExecutableStageContext context = contextFactory.get(jobInfo);
        StageBundleFactory bundles = context.getStageBundleFactory(stage)) {
      ExecutableProcessBundleDescriptor descriptor = bundles.getProcessBundleDescriptor();
      StageOutputs outputs = new StageOutputs(codersByTag(descriptor));
      OutputReceiverFactory receivers = receiversInto(outputs);
      try (RemoteBundle bundle = bundles.getBundle(receivers, stateHandler(stage, descriptor), progressHandler())) {
        FnDataReceiver<WindowedValue<?>> receiver = Iterables.getOnlyElement(bundle.getInputReceivers().values());
        while (inputs.hasNext()) {
          receiver.accept(inputs.next());
        }
      }
      return outputs.drain();
    }
  }

  @SuppressWarnings("unchecked")
  private Map<Integer, Coder<Object>> codersByTag(ExecutableProcessBundleDescriptor descriptor) {
    Map<Integer, Coder<Object>> coders = new HashMap<>();
    descriptor
        .getRemoteOutputCoders()
        .forEach(
            (transform, coder) -> {
              Map<String, String> outputs =
                  descriptor.getProcessBundleDescriptor().getTransformsOrThrow(transform).getInputsMap();
              coders.put(tagOf(Iterables.getOnlyElement(outputs.values())), (Coder<Object>) coder);
            });
    return coders;
  }

  private OutputReceiverFactory receiversInto(StageOutputs outputs) {
    return new OutputReceiverFactory() {
      @Override
      public <OutputT> FnDataReceiver<OutputT> create(String collection) {
        int tag = tagOf(collection);
        return element -> outputs.add(tag, element);
      }
    };
  }

  private int tagOf(String collection) {
    Integer tag = outputTags.get(collection);
    if (tag == null) {
      throw new IllegalStateException("The stage gives out a collection that nobody knows: " + collection);
    }
    return tag;
  }

  private BundleProgressHandler progressHandler() {
    MetricsContainerImpl container = metrics.value().getContainer(stagePayload.getInput());
    return new BundleProgressHandler() {
      @Override
      public void onProgress(ProcessBundleProgressResponse progress) {
        container.update(progress.getMonitoringInfosList());
      }

      @Override
      public void onCompleted(ProcessBundleResponse response) {
        container.update(response.getMonitoringInfosList());
      }
    };
  }

  private StateRequestHandler stateHandler(ExecutableStage stage, ExecutableProcessBundleDescriptor descriptor)
      throws Exception {
    BatchSideInputHandlerFactory.SideInputGetter getter =
        new BatchSideInputHandlerFactory.SideInputGetter() {
          @Override
          @SuppressWarnings("unchecked")
          public <T> List<T> getSideInput(String collection) {
            Tuple2<Broadcast<List<byte[]>>, WindowedValueCoder<SideInputT>> known = sideInputs.get(collection);
            return (List<T>)
                known._1.value().stream()
                    .map(bytes -> CoderHelpers.fromByteArray(bytes, known._2))
                    .collect(Collectors.toList());
          }
        };
    StateRequestHandler handler =
        StateRequestHandlers.forSideInputHandlerFactory(
            ProcessBundleDescriptors.getSideInputs(stage), BatchSideInputHandlerFactory.forStage(stage, getter));
    EnumMap<TypeCase, StateRequestHandler> handlers = new EnumMap<>(TypeCase.class);
    handlers.put(TypeCase.ITERABLE_SIDE_INPUT, handler);
    handlers.put(TypeCase.MULTIMAP_SIDE_INPUT, handler);
    handlers.put(TypeCase.MULTIMAP_KEYS_SIDE_INPUT, handler);
    return StateRequestHandlers.delegateBasedUponType(handlers);
  }
}
