// What a stage gives out for a partition, until Spark takes it: in memory, and beyond a few megabytes in a file.
package org.apache.beam.runners.spark.translation;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.join.RawUnionValue;
import org.apache.beam.sdk.util.WindowedValue;
import org.apache.beam.sdk.values.KV;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Elements are added from any thread, then drained once, in the order in which they came. */
final class StageOutputs {
  /** So many bytes of elements stay in memory. */
  private static final long MEMORY_BYTES = 16 << 20;
  /** What an element takes of which the size is not known: one of a few fields. */
  private static final long SMALL_BYTES = 200;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Map<Integer, Coder<Object>> coders;
  private final Queue<RawUnionValue> first = new ArrayDeque<>();
  private long memoryBytes;
  private File file;
  private DataOutputStream writer;
  private DataInputStream reader;
  private long inFile;

  /**
   * For the task of this thread.
   *
   * @param coders of the collections, by their tags
   */
  StageOutputs(Map<Integer, Coder<Object>> coders) {
    this.coders = coders;
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> discard());
  }

  synchronized void add(int tag, Object element) throws IOException {
    if (writer == null && memoryBytes < MEMORY_BYTES) {
      first.add(new RawUnionValue(tag, element));
      memoryBytes += bytesOf(element);
      return;
    }
    if (writer == null) {
      open();
    }
    writer.writeInt(tag);
    coders.get(tag).encode(element, writer);
    inFile++;
  }

  /** The elements. What is taken is given up. */
  synchronized Iterator<RawUnionValue> drain() throws IOException {
    if (writer != null) {
      writer.close();
      reader = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.toPath()), BUFFER_BYTES));
    }
    return new Iterator<RawUnionValue>() {
      @Override
      public boolean hasNext() {
        return !first.isEmpty() || inFile > 0;
      }

      @Override
      public RawUnionValue next() {
        if (!first.isEmpty()) {
          return first.remove();
        }
        if (inFile == 0) {
          throw new NoSuchElementException();
        }
        try {
          int tag = reader.readInt();
          RawUnionValue value = new RawUnionValue(tag, coders.get(tag).decode(reader));
          if (--inFile == 0) {
            discard();
          }
          return value;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** Where Spark has files of its own, which go with the executor. */
  private void open() throws IOException {
    file = SparkEnv.get().blockManager().diskBlockManager().createTempLocalBlock()._2;
    writer = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file.toPath()), BUFFER_BYTES));
  }

  private synchronized void discard() {
    if (file == null) {
      return;
    }
    try {
      writer.close();
      if (reader != null) {
        reader.close();
      }
      Files.deleteIfExists(file.toPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long bytesOf(Object element) {
    Object value = element instanceof WindowedValue ? ((WindowedValue<?>) element).getValue() : element;
    if (value instanceof KV) {
      return bytesOf(((KV<?, ?>) value).getKey()) + bytesOf(((KV<?, ?>) value).getValue());
    }
    return value instanceof byte[] ? SMALL_BYTES + ((byte[]) value).length : SMALL_BYTES;
  }
}
