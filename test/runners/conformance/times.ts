// Times of elements that are numbers of seconds.
import "../../../sdk";
import { requireForSerialization } from "apache-beam/serialization";
import type { Instant } from "apache-beam/values";

/** A timestamp function: the element, in seconds since 1970, is its time. */
export function secondsOf(seconds: number, old: Instant): Instant {
  return old.sub(old).add(seconds * 1000);
}

requireForSerialization(__filename, { secondsOf });
