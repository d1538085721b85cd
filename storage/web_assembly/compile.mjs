// Compiles what is written in AssemblyScript, and keeps the code as text in modules: npm run assembly. With --check it only says whether that
// is so.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import asc from "assemblyscript/asc";

/** Each is compiled into `NAME_code.ts` in the folder that its folder `assembly` is in. */
const SOURCES = [
  "storage/json/assembly/flat_lines.ts",
  "storage/json/assembly/arithmetic.ts",
  "transforms/distinct/assembly/known_records.ts",
];

const ROOT = path.join(import.meta.dirname, "../..");
const OPTIONS = [
  "-O3",
  "--noAssert",
  "--runtime",
  "stub",
  "--enable",
  "simd",
  "--importMemory",
  "--noExportMemory",
];

/** What the module of a source holds for it as it is now. */
async function compile(source) {
  let code;
  const { error, stderr } = await asc.main([path.join(ROOT, source), "-o", "code.wasm", ...OPTIONS], {
    readFile: (name) => {
      try {
        return readFileSync(name, "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name === "code.wasm") code = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(code)
    .toString("base64")
    .match(/.{1,100}/g)
    .map((line) => `  "${line}",`);
  return [
    `// The code of assembly/${path.basename(source)} in base64, which \`npm run assembly\` makes of it.`,
    "export const CODE = [",
    ...lines,
    '].join("");',
    "",
  ].join("\n");
}

for (const source of SOURCES) {
  const name = `${path.basename(source, ".ts")}_code.ts`;
  const module = path.join(ROOT, source, "../..", name);
  const compiled = await compile(source);
  if (!process.argv.includes("--check")) {
    writeFileSync(module, compiled);
  } else if (readFileSync(module, "utf8") !== compiled) {
    console.error(`${name} is not of ${source} as it is: npm run assembly`);
    process.exitCode = 1;
  }
}
