// Tests run as they were compiled: one build for the package and its tests, types checked before anything runs.

// A test's `process.env` is a copy that native code does not see: what OnnxModel sets has to be set here too.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

export default {
  roots: ["<rootDir>/dist/test"],
  testMatch: ["**/*.test.js"],
  testEnvironment: "<rootDir>/dist/test/environment.js",
  transform: {},
  globalSetup: "<rootDir>/dist/test/servers/global_setup.js",
  testTimeout: 60_000,
};
