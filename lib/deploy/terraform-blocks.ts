/** One block of a .tf file, such as a variable: its name, and its attributes as they are written, on one line each. */
export interface TerraformBlock {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const CLOSES: Readonly<Record<string, number>> = { '{': 1, '[': 1, '(': 1, '}': -1, ']': -1, ')': -1 };

/**
 * The blocks `<kind> "<name>" {...}` of a file that `terraform fmt` wrote, in its order. Only attributes of the block itself are read, not
 * those of blocks within. Here-documents are not understood.
 */
export function terraformBlocks(text: string, kind: 'variable' | 'output'): TerraformBlock[] {
  const blocks: TerraformBlock[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const name = lines[at]!.match(new RegExp(`^${kind} "([^"]+)" \\{`))?.[1];
    if (name === undefined) continue;
    const end = lines.indexOf('}', at);
    blocks.push({ name, attributes: attributesOf(lines.slice(at + 1, end)) });
    at = end;
  }
  return blocks;
}

function attributesOf(lines: readonly string[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  let name: string | undefined;
  let depth = 0;
  for (const line of lines) {
    const start = depth === 0 ? line.match(/^ {2}(\w+)\s+= (.*)$/) : null;
    if (start) {
      name = start[1]!;
      attributes[name] = start[2]!;
    } else if (depth === 0) {
      name = undefined;
    } else if (name !== undefined) {
      attributes[name] += ` ${line.trim()}`;
    }
    depth += depthChange(line);
  }
  return attributes;
}

/** How many brackets a line opens more than it closes; those in strings do not count. */
function depthChange(line: string): number {
  const code = line.replace(/"(\\.|[^"\\])*"/g, '').replace(/#.*$/, '');
  return [...code].reduce((sum, character) => sum + (CLOSES[character] ?? 0), 0);
}
