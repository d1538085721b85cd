// What a module of JavaScript imports, by the names that it writes.
import { parse, type Program } from "acorn";
import { WorkerBundleError } from "./errors";

/** As much of a syntax tree as is looked at. */
interface SyntaxNode {
  type: string;
  [key: string]: unknown;
}

/**
 * The names in `import`, `export from`, `import()`, `require()` and `require.resolve()`, where they are written out.
 * @param file for the error
 * @throws WorkerBundleError when it is no JavaScript
 */
export function importsOf(source: string, file: string): string[] {
  const names = new Set<string>();
  visit(parseModule(source, file) as unknown as SyntaxNode, (node) => {
    const name = literal(importedBy(node));
    if (name !== undefined) names.add(name);
  });
  return [...names].sort();
}

function parseModule(source: string, file: string): Program {
  const options = { ecmaVersion: "latest", allowHashBang: true, allowReturnOutsideFunction: true } as const;
  try {
    return parse(source, { ...options, sourceType: "module" });
  } catch {
    // A script may use words that a module may not.
  }
  try {
    return parse(source, { ...options, sourceType: "script" });
  } catch (error) {
    throw new WorkerBundleError(
      `'${file}' can't be read as JavaScript: ${(error as Error).message}. Compile it, and name what was compiled.`,
      { cause: error },
    );
  }
}

/** The node that names what a node imports. */
function importedBy(node: SyntaxNode): unknown {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      return node.source;
    case "CallExpression":
      return isRequire(node.callee as SyntaxNode) ? (node.arguments as unknown[])[0] : undefined;
    default:
      return undefined;
  }
}

function isRequire(callee: SyntaxNode): boolean {
  if (callee.type === "Identifier") return callee.name === "require";
  if (callee.type !== "MemberExpression") return false;
  const property = callee.property as SyntaxNode;
  return isRequire(callee.object as SyntaxNode) && property.name === "resolve";
}

function literal(node: unknown): string | undefined {
  const { type, value } = (node ?? {}) as Partial<SyntaxNode>;
  return type === "Literal" && typeof value === "string" ? value : undefined;
}

function visit(node: SyntaxNode, look: (node: SyntaxNode) => void): void {
  look(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof (child as SyntaxNode | null)?.type === "string") visit(child as SyntaxNode, look);
    }
  }
}
