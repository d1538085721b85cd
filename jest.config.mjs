// Tests run as they were compiled: one build for the package and its tests, types checked before anything runs.
export default {
  roots: ["<rootDir>/dist/test"],
  testMatch: ["**/*.test.js"],
  testEnvironment: "<rootDir>/dist/test/environment.js",
  transform: {},
  testTimeout: 60_000,
};
