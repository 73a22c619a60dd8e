import { fileURLToPath } from 'node:url';
import { Language, Parser, Query } from 'web-tree-sitter';

/**
 * One block of a .tf file, such as a variable: its name, and its attributes as they are written, on one line
 * each.
 */
export interface TerraformBlock {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A file's blocks with one label, and their attributes, not those of blocks within. */
const BLOCKS = `(config_file (body (block
  (identifier) @kind . (string_lit (template_literal) @name) . (block_start) (body) @body)))`;
const ATTRIBUTES = '(attribute (identifier) @key (expression) @value)';

/**
 * The blocks `<kind> "<name>" {...}` of a .tf file, in its order. Read from its syntax tree, as parsers that
 * give the values lose how a type or a default is written, and the order.
 *
 * @throws Error for text that is no HCL
 */
export async function terraformBlocks(text: string, kind: 'variable' | 'output'): Promise<TerraformBlock[]> {
  const language = await terraformLanguage();
  const tree = new Parser().setLanguage(language).parse(text);
  if (!tree || tree.rootNode.hasError) throw new Error('expected the text of a .tf file, got no HCL');
  const blocks = new Query(language, BLOCKS);
  const attributes = new Query(language, ATTRIBUTES);
  const found: TerraformBlock[] = [];
  for (const { captures } of blocks.matches(tree.rootNode)) {
    const [kindNode, name, body] = captures.map(({ node }) => node);
    if (kindNode!.text !== kind) continue;
    const pairs = attributes.matches(body!, { maxStartDepth: 1 }).map((match) => {
      const [key, value] = match.captures.map(({ node }) => node.text);
      return [key!, value!.replace(/\s*\n\s*/g, ' ')];
    });
    found.push({ name: name!.text, attributes: Object.fromEntries(pairs) });
  }
  return found;
}

async function terraformLanguage(): Promise<Language> {
  await Parser.init();
  const grammar = '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm';
  return await Language.load(fileURLToPath(import.meta.resolve(grammar)));
}
