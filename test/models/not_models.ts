// What the ModelManager must refuse: things that are no models, or that can't be made.
import { PlainModel } from "./plain_model";

/** Looks like a model, and is none. */
export class LooksLikeModel {
  readonly qualifiedName = "looks_like_model";
  predict(): number {
    return 1;
  }
}

export class ThrowingModel extends PlainModel {
  constructor() {
    super();
    throw new Error("no licence");
  }
}

export class NamelessModel extends PlainModel {
  override readonly qualifiedName = "";
}

export const number = 3;

export function plainFunction(): void {}
