// Compiles the flat lines' code, and keeps it as text in a module: npm run assembly. With --check it only says whether that is so.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import asc from "assemblyscript/asc";

const SOURCE = path.join(import.meta.dirname, "flat_lines.ts");
const MODULE = path.join(import.meta.dirname, "..", "flat_lines_code.ts");
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

/** What the module holds for the source as it is now. */
async function compile() {
  let code;
  const { error, stderr } = await asc.main([SOURCE, "-o", "code.wasm", ...OPTIONS], {
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
    "// The code of the flat lines in base64, which `npm run assembly` makes of assembly/flat_lines.ts.",
    "export const CODE = [",
    ...lines,
    '].join("");',
    "",
  ].join("\n");
}

const compiled = await compile();
if (!process.argv.includes("--check")) writeFileSync(MODULE, compiled);
else if (readFileSync(MODULE, "utf8") !== compiled) {
  console.error("flat_lines_code.ts is not of flat_lines.ts as it is: npm run assembly");
  process.exitCode = 1;
}
