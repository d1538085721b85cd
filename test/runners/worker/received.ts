// What a worker has sent to the runner of a test.

/** Elements by instruction and transform, still encoded. */
export class Received {
  private readonly outputs = new Map<string, { messages: Uint8Array[]; last: number }>();
  /** All bytes of elements. */
  bytes = 0;
  /** Whether messages are only counted. */
  countOnly = false;
  /** Called after each message. */
  onMessage: (() => void) | undefined;

  add(instructionId: string, transformId: string, data: Uint8Array, isLast: boolean): void {
    const output = this.of(instructionId, transformId);
    this.bytes += data.length;
    if (data.length > 0) output.messages.push(this.countOnly ? new Uint8Array() : data);
    if (isLast) output.last++;
    this.onMessage?.();
  }

  /** The messages with elements, in order. */
  messages(instructionId: string, transformId = "sink"): Uint8Array[] {
    return this.of(instructionId, transformId).messages;
  }

  /** How often the end was told. */
  ends(instructionId: string, transformId = "sink"): number {
    return this.of(instructionId, transformId).last;
  }

  private of(instructionId: string, transformId: string): { messages: Uint8Array[]; last: number } {
    const key = JSON.stringify([instructionId, transformId]);
    const output = this.outputs.get(key) ?? { messages: [], last: 0 };
    this.outputs.set(key, output);
    return output;
  }
}
