// What file systems may be told besides the environment. Plain data that travels to workers: never a credential.

/** Of S3 and what is compatible with it. Unset: AWS_ENDPOINT_URL_S3, AWS_REGION and the other variables of the SDK. */
export interface S3Settings {
  /** The address of a store that is compatible with S3; buckets are then named in the path. */
  endpoint?: string;
  region?: string;
}

/** Of Google Cloud Storage. Unset: STORAGE_EMULATOR_HOST and the other variables of the client. */
export interface GcsSettings {
  endpoint?: string;
}

export interface StorageSettings {
  s3?: S3Settings;
  gcs?: GcsSettings;
}
