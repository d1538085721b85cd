// Groups by key. In the place of Beam's class of this name (2.62), which in the global window has all groups of a partition in Java's heap
// at once, and caches them besides. Here Spark sorts by key, on disk where memory ends, and one group after the other is in memory.
package org.apache.beam.runners.spark.translation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.beam.runners.spark.coders.CoderHelpers;
import org.apache.beam.runners.spark.util.ByteArray;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.util.WindowedValue;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterators;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.PeekingIterator;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.primitives.Bytes;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.joda.time.Instant;
import scala.Tuple2;

/**
 * A group is of one key in one window: the bytes of both are Spark's key. What only the runner for pipelines in Java needs is not here
 * (bringWindowToKey).
 */
final class GroupNonMergingWindowsFunctions {
  private GroupNonMergingWindowsFunctions() {}

  static boolean isEligibleForGroupByWindow(WindowingStrategy<?, ?> strategy) {
    return !strategy.needsMerge()
        && strategy.getTimestampCombiner() == TimestampCombiner.END_OF_WINDOW
        && strategy.getWindowFn().windowCoder().consistentWithEquals();
  }

  static <K, V, W extends BoundedWindow> JavaRDD<WindowedValue<KV<K, Iterable<V>>>> groupByKeyInGlobalWindow(
      JavaRDD<WindowedValue<KV<K, V>>> input, Coder<K> keyCoder, Coder<V> valueCoder, Partitioner partitioner) {
    return groupByKeyAndWindow(input, keyCoder, valueCoder, WindowingStrategy.globalDefault(), partitioner);
  }

  static <K, V, W extends BoundedWindow> JavaRDD<WindowedValue<KV<K, Iterable<V>>>> groupByKeyAndWindow(
      JavaRDD<WindowedValue<KV<K, V>>> input,
      Coder<K> keyCoder,
      Coder<V> valueCoder,
      WindowingStrategy<?, W> strategy,
      Partitioner partitioner) {
    Coder<W> windowCoder = strategy.getWindowFn().windowCoder();
    checkDeterministic(keyCoder);
    JavaPairRDD<ByteArray, byte[]> byGroup =
        input.flatMapToPair(
            element -> {
              byte[] key = CoderHelpers.toByteArray(element.getValue().getKey(), keyCoder);
              byte[] value = CoderHelpers.toByteArray(element.getValue().getValue(), valueCoder);
              return Iterators.transform(
                  element.getWindows().iterator(),
                  window -> {
                    @SuppressWarnings("unchecked")
                    byte[] windowBytes = CoderHelpers.toByteArray((W) window, windowCoder);
                    return new Tuple2<>(new ByteArray(Bytes.concat(key, windowBytes)), value);
                  });
            });
    Groups<K, V, W> groups = new Groups<>(keyCoder, valueCoder, windowCoder, strategy.getTimestampCombiner());
    return combineByKey(byGroup, partitioner).map(groups::of);
  }

  /** The values of each key, one key after the other. */
  static JavaPairRDD<ByteArray, List<byte[]>> combineByKey(JavaPairRDD<ByteArray, byte[]> values, Partitioner partitioner) {
    Partitioner parts = partitioner == null ? new HashPartitioner(values.getNumPartitions()) : partitioner;
    return values
        .repartitionAndSortWithinPartitions(parts)
        .mapPartitionsToPair(GroupNonMergingWindowsFunctions::gather);
  }

  private static Iterator<Tuple2<ByteArray, List<byte[]>>> gather(Iterator<Tuple2<ByteArray, byte[]>> sorted) {
    PeekingIterator<Tuple2<ByteArray, byte[]>> rest = Iterators.peekingIterator(sorted);
    return new Iterator<Tuple2<ByteArray, List<byte[]>>>() {
      @Override
      public boolean hasNext() {
        return rest.hasNext();
      }

      @Override
      public Tuple2<ByteArray, List<byte[]>> next() {
        ByteArray key = rest.peek()._1;
        List<byte[]> values = new ArrayList<>();
        while (rest.hasNext() && rest.peek()._1.equals(key)) {
          values.add(rest.next()._2);
        }
        return new Tuple2<>(key, values);
      }
    };
  }

  private static void checkDeterministic(Coder<?> coder) {
    try {
      coder.verifyDeterministic();
    } catch (Coder.NonDeterministicException e) {
      throw new IllegalArgumentException("Keys are compared by their bytes, which differ for equal ones: " + coder, e);
    }
  }

  /** Makes elements of groups. */
  private static final class Groups<K, V, W extends BoundedWindow> implements Serializable {
    private final Coder<K> keyCoder;
    private final Coder<V> valueCoder;
    private final Coder<W> windowCoder;
    private final TimestampCombiner combiner;

    Groups(Coder<K> keyCoder, Coder<V> valueCoder, Coder<W> windowCoder, TimestampCombiner combiner) {
      this.keyCoder = keyCoder;
      this.valueCoder = valueCoder;
      this.windowCoder = windowCoder;
      this.combiner = combiner;
    }

    WindowedValue<KV<K, Iterable<V>>> of(Tuple2<ByteArray, List<byte[]>> group) {
      try {
        ByteArrayInputStream bytes = new ByteArrayInputStream(group._1.getValue());
        K key = keyCoder.decode(bytes);
        W window = windowCoder.decode(bytes);
        Instant timestamp = combiner.assign(window, window.maxTimestamp());
        Iterable<V> decoded = Iterables.transform(group._2, value -> CoderHelpers.fromByteArray(value, valueCoder));
        return WindowedValue.of(
            KV.of(key, decoded), timestamp, Collections.singletonList(window), PaneInfo.ON_TIME_AND_ONLY_FIRING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
