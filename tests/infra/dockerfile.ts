import dockerignore from '@balena/dockerignore';
import { Copy, DockerfileParser, type Instruction as ParsedInstruction } from 'dockerfile-ast';

/** One instruction of a Dockerfile, with its arguments expanded where Docker expands them. */
export interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly text: string;
  /** The text's words, without options. */
  readonly words: readonly string[];
  /** The options of COPY, such as `from` of `--from=build`. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly name: string;
  /** The image or the stage that it is based on. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** Instructions that docker-steps.ts can run or ignore. */
const KNOWN = new Set([
  ...[
    'ARG',
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'RUN',
    'USER',
    'VOLUME',
    'WORKDIR',
  ],
]);
/** Instructions whose text a shell reads, or Docker takes unchanged. */
const VERBATIM = new Set(['CMD', 'ENTRYPOINT', 'HEALTHCHECK', 'LABEL', 'RUN']);

/**
 * The stages of a Dockerfile, each with a name.
 *
 * @throws Error with the line of an unknown instruction or argument
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const parsed of DockerfileParser.parse(text).getInstructions()) {
    const instruction = instructionOf(parsed);
    if (instruction.name === 'FROM') stages.push({ ...namesOf(instruction), instructions: [] });
    else if (instruction.name !== 'ARG') stages.at(-1)!.instructions.push(instruction);
  }
  return stages;
}

function instructionOf(parsed: ParsedInstruction): Instruction {
  const [line, name] = [parsed.getRange().start.line + 1, parsed.getKeyword()];
  if (!KNOWN.has(name)) throw new Error(`Dockerfile:${line} ${name}: not known here`);
  const isVerbatim = VERBATIM.has(name);
  const unknown = parsed.getVariables().find((variable) => !variable.isDefined());
  if (unknown && !isVerbatim)
    throw new Error(`Dockerfile:${line} ${unknown.getName()}: expected an ARG or ENV of that name before it`);
  const words = parsed.getExpandedArguments().map((word) => word.getValue());
  const text = isVerbatim ? (parsed.getArgumentsContent() ?? '') : words.join(' ');
  return { line, name, text, words, options: optionsOf(parsed) };
}

function optionsOf(parsed: ParsedInstruction): Record<string, string> {
  const flags = parsed instanceof Copy ? parsed.getFlags() : [];
  return Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? '']));
}

function namesOf({ line, words }: Instruction): { name: string; base: string } {
  const [base = '', as, name] = words;
  if (as?.toUpperCase() !== 'AS' || !name)
    throw new Error(`Dockerfile:${line} FROM: expected a name, as in "FROM image AS name"`);
  return { name, base };
}

/** The variables that ENV sets: `A=b` and `C=d` as an object. */
export function assignments(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((pair) => pair.split('=') as [string, string]));
}

/**
 * Whether a path is excluded from a build's context.
 *
 * @param ignore the text of .dockerignore
 * @param path below the context, with `/`
 */
export const isIgnored = (ignore: string, path: string) => dockerignore.default().add(ignore).ignores(path);
