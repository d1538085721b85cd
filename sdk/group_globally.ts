// The SDK's `groupGlobally`, mended: without a combiner it gave `undefined` in the place of the elements.
import "apache-beam/pvalue";
import type { PCollection } from "apache-beam/pvalue";
import { GroupBy, GroupGlobally } from "apache-beam/transforms/group_and_combine";
import { withName } from "apache-beam/transforms/transform";

GroupGlobally.prototype.expand = function <T>(input: PCollection<T>): PCollection<Iterable<T>> {
  return input
    .apply(withName("group", new GroupBy<T, null>(() => null)))
    .map(withName("values", ({ value }: { value: Iterable<T> }) => value));
};
