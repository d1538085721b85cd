// How many bytes of elements make a message to the runner.

/**
 * A message is sent when it has this many bytes. One element may have more.
 * @param sent how many bytes the bundle has sent before
 */
export type MessageSize = (sent: number) => number;

/**
 * For job servers that pass on what comes when it comes: those that are built here. In Java's heap of a gigabyte arrays of more than
 * half a megabyte are huge objects, each in whole megabytes of its own.
 */
export const STEADY: MessageSize = () => 2 ** 18;

/**
 * For any job server: with an eighth of what the bundle has sent, a bundle of any size has few messages. Beam's own classes hold 100 of
 * a bundle, and once these are full wait for the bundle's end, which waits for them. (Seen with 200 MB from one bundle.)
 */
export const GROWING: MessageSize = (sent) => Math.max(2 ** 20, sent / 8);
