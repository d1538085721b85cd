// Tests of the configuration: one class an environment, chosen by APP_SETTINGS.
import {
  BetaConfig,
  configuration,
  ConfigurationError,
  CONFIGURATIONS,
  DevConfig,
  ModelManager,
  ProdConfig,
  TestConfig,
} from "../../models";

const before = process.env.APP_SETTINGS;

beforeEach(() => {
  delete process.env.APP_SETTINGS;
});

afterAll(() => {
  if (before === undefined) delete process.env.APP_SETTINGS;
  else process.env.APP_SETTINGS = before;
});

test("is production when APP_SETTINGS is not set", () => {
  expect(configuration().constructor).toBe(ProdConfig);
});

test("is production when APP_SETTINGS is empty", () => {
  process.env.APP_SETTINGS = "";
  expect(configuration().constructor).toBe(ProdConfig);
});

test.each([
  ["ProdConfig", "prod", ProdConfig],
  ["BetaConfig", "beta", BetaConfig],
  ["TestConfig", "test", TestConfig],
  ["DevConfig", "dev", DevConfig],
])("is chosen by APP_SETTINGS as %s, as %s, and by its argument", (className, name, Configuration) => {
  for (const spelling of [className, name, name.toUpperCase()]) {
    process.env.APP_SETTINGS = spelling;
    expect(configuration().constructor).toBe(Configuration);
    process.env.APP_SETTINGS = "nonsense";
    expect(configuration(spelling).constructor).toBe(Configuration);
  }
});

test("has one class for each environment, and no other", () => {
  expect(Object.values(CONFIGURATIONS)).toEqual([ProdConfig, BetaConfig, TestConfig, DevConfig]);
});

test.each(["staging", "config", " ", "Config", "prodprod", "__proto__", "toString"])(
  "refuses the unknown name '%s' and lists the known ones",
  (name) => {
    process.env.APP_SETTINGS = name;
    expect(() => configuration()).toThrow(ConfigurationError);
    expect(() => configuration()).toThrow(
      `APP_SETTINGS is '${name}', which is no configuration. ` +
        "Set it to one of: ProdConfig, BetaConfig, TestConfig, DevConfig.",
    );
  },
);

test.each(Object.entries(CONFIGURATIONS))(
  "%s runs ONNX with one thread on the CPU",
  (_name, Configuration) => {
    const { onnx } = new Configuration();
    expect(onnx).toEqual({ intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ["cpu"] });
  },
);

test.each(Object.entries(CONFIGURATIONS))(
  "%s names models that can be loaded",
  async (_name, Configuration) => {
    ModelManager.instance.clear();
    const settings = new Configuration();
    await ModelManager.instance.loadModels(settings.models, settings);
    const names = ModelManager.instance.getModels().map(({ qualifiedName }) => qualifiedName);
    expect(names).toEqual(["iris_model", "digits_model"]);
  },
);

test("a change to one environment's configuration leaves the next one made as it was", () => {
  configuration().models.pop();
  configuration().onnx.executionProviders.push("cuda");
  expect(configuration()).toEqual(new ProdConfig());
  expect(configuration().models).toHaveLength(2);
  expect(configuration().onnx.executionProviders).toEqual(["cpu"]);
});
