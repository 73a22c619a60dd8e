import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { terraformBlocks } from '../../../lib/deploy/terraform-blocks.ts';
import { terraformFiles } from '../../../lib/deploy/terraform-files.ts';

const GENERATED = await terraformFiles();
const read = (path: string) => readFileSync(new URL(`../../../terraform/${path}`, import.meta.url), 'utf8');

describe('what Terraform takes from the code', () => {
  it.each(Object.entries(GENERATED))(
    'terraform/%s is what `npm run terraform:files` writes',
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );

  it('leaves only health, documents and unknown paths open', () => {
    const routes = JSON.parse(read('routes.json')) as Record<string, { open: boolean }>;
    const open = Object.keys(routes).filter((key) => routes[key]!.open);
    const readable = ['/health', '/', '/console/{file}', '/openapi.json', '/docs', '/docs/{file}'];
    expect(open).toEqual([...readable.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]), '$default']);
  });

  it('names no metric of its own beside AWS metrics', () => {
    const names = Object.values(
      JSON.parse(read('metric-names.json')).metrics as Record<string, { name: string }>,
    );
    const literal = names
      .map(({ name }) => name)
      .filter((name) => `${read('alarms.tf')}${read('dashboard.tf')}`.includes(name));
    expect(literal).toEqual([]);
  });
});

describe('the table of inputs', () => {
  it('reads a variable with a type and a default over several lines, and not the attributes of blocks within', async () => {
    const text = `variable "a" {
  type = map(object({
    b = optional(number)
  }))
  default     = {}
  description = "What {it} is # for."

  validation {
    condition     = true
    error_message = "no"
  }
}

variable "c" {
  type        = string
  description = "C."
}
`;
    expect(await terraformBlocks(text, 'variable')).toEqual([
      {
        name: 'a',
        attributes: {
          type: 'map(object({ b = optional(number) }))',
          default: '{}',
          description: '"What {it} is # for."',
        },
      },
      { name: 'c', attributes: { type: 'string', description: '"C."' } },
    ]);
  });

  it('is about the blocks of one kind, and about text that Terraform would read', async () => {
    const text = 'output "a" {\n  value = 1\n}\n\nlocals {\n  b = 2\n}\n';
    expect(await terraformBlocks(text, 'variable')).toEqual([]);
    expect(await terraformBlocks(text, 'output')).toEqual([{ name: 'a', attributes: { value: '1' } }]);
    await expect(terraformBlocks('variable "a" {', 'variable')).rejects.toThrow('got no HCL');
  });
});
