/** One instruction of a Dockerfile, its arguments put in. */
export interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** The image, or the stage, that it begins with. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

const KNOWN = new Set([
  ...['ARG', 'CMD', 'COPY', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'RUN', 'USER', 'VOLUME', 'WORKDIR'],
]);

/**
 * Reads a Dockerfile as far as this project's own needs it. Arguments before the first FROM are known to FROM only, and those of a stage to
 * that stage, as Docker has it. Source: https://docs.docker.com/reference/dockerfile/
 *
 * @throws Error naming the line of an instruction, or of an argument, that is not known.
 */
export function parseDockerfile(text: string, given: Readonly<Record<string, string>> = {}): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  const global: Record<string, string> = {};
  let scope = global;
  for (const { line, name, text: raw } of instructionsOf(text)) {
    if (!KNOWN.has(name)) throw new Error(`Dockerfile:${line} ${name}: not known here`);
    const isShell = ['RUN', 'CMD', 'HEALTHCHECK'].includes(name);
    const value = isShell ? raw : expand(raw, name === 'FROM' ? global : scope, line);
    const stage = stages.at(-1);
    if (name === 'FROM') {
      const [base = '', as, stageName] = value.split(/\s+/);
      if (as?.toUpperCase() !== 'AS' || !stageName)
        throw new Error(`Dockerfile:${line} FROM: expected a name, as in "FROM image AS name"`);
      stages.push({ name: stageName, base, instructions: [] });
      scope = {};
    } else if (name === 'ARG') {
      const [key = '', fallback] = value.split('=');
      const chosen = given[key] ?? fallback ?? global[key];
      if (chosen === undefined) throw new Error(`Dockerfile:${line} ARG ${key}: expected a value, got none`);
      scope[key] = chosen;
    } else if (stage) {
      stage.instructions.push({ line, name, text: value });
      if (name === 'ENV') Object.assign(scope, assignments(value));
    } else throw new Error(`Dockerfile:${line} ${name}: expected FROM first`);
  }
  return stages;
}

/** `A=b C=d` as an object. */
export function assignments(text: string): Record<string, string> {
  return Object.fromEntries(text.split(/\s+/).map((pair) => pair.split('=') as [string, string]));
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let pending: { line: number; text: string } | undefined;
  text.split('\n').forEach((row, index) => {
    if (/^\s*(#|$)/.test(row)) return;
    const joined = pending ? `${pending.text} ${row.trim()}` : row.trim();
    const line = pending?.line ?? index + 1;
    pending = joined.endsWith('\\') ? { line, text: joined.slice(0, -1).trim() } : undefined;
    if (pending) return;
    const [name = '', ...rest] = joined.split(' ');
    found.push({ line, name: name.toUpperCase(), text: rest.join(' ').trim() });
  });
  return found;
}

function expand(text: string, scope: Readonly<Record<string, string>>, line: number): string {
  return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => {
    const name = (braced ?? bare)!;
    const value = scope[name];
    if (value === undefined)
      throw new Error(`Dockerfile:${line} ${name}: expected an ARG or ENV of that name before it`);
    return value;
  });
}

/**
 * Whether a path is kept out of what a build sees. The last pattern that matches decides; one that matches a folder matches what is in it.
 *
 * @param ignore the text of .dockerignore
 * @param path below the context, with `/`
 */
export function isIgnored(ignore: string, path: string): boolean {
  const parts = path.split('/');
  const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  let ignored = false;
  for (const row of ignore.split('\n')) {
    const pattern = row.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const expression = asExpression(pattern.replace(/^!/, ''));
    if (prefixes.some((prefix) => expression.test(prefix))) ignored = !pattern.startsWith('!');
  }
  return ignored;
}

function asExpression(pattern: string): RegExp {
  const body = pattern
    .replace(/[.+^$(){}|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '(.*/)?');
  return new RegExp(`^${body}$`);
}
