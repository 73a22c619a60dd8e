import { describe, expect, it } from 'vitest';
import { ModelMemory } from '../../../../functions/predict/model-memory.ts';
import type { OpenedArtifact } from '../../../../functions/predict/model-source.ts';
import type { Model } from '../../../../lib/classifier/model.ts';

/** An artifact whose read ends when the test says so. */
function artifact(sha256: string, sizeBytes: number) {
  const body = Promise.withResolvers<Model>();
  const counts = { opened: 0, discarded: 0, read: 0 };
  const model = { named: sha256 } as unknown as Model;
  return {
    counts,
    model,
    arrive: () => body.resolve(model),
    fail: (error: Error) => body.reject(error),
    wanted: (replacedSha256?: string) => ({
      sha256,
      name: sha256,
      replacedSha256,
      async open(): Promise<OpenedArtifact> {
        counts.opened += 1;
        return {
          sizeBytes,
          read: () => {
            counts.read += 1;
            return body.promise;
          },
          discard: () => {
            counts.discarded += 1;
          },
        };
      },
    }),
  };
}

async function loaded(memory: ModelMemory, sha256: string, sizeBytes: number, replaced?: string) {
  const one = artifact(sha256, sizeBytes);
  one.arrive();
  await memory.load(one.wanted(replaced));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('ModelMemory', () => {
  it('shares one load among concurrent callers, and returns a loaded model without opening it again', async () => {
    const memory = new ModelMemory(100);
    const one = artifact('a', 60);
    const models = Array.from({ length: 20 }, () => memory.load(one.wanted()));
    one.arrive();
    expect(new Set(await Promise.all(models))).toEqual(new Set([one.model]));
    expect(await memory.load(one.wanted())).toBe(one.model);
    expect(one.counts).toEqual({ opened: 1, discarded: 0, read: 1 });
  });

  it('keeps nothing from a failed load, and tries again', async () => {
    const memory = new ModelMemory(100);
    const broken = artifact('a', 60);
    const load = memory.load(broken.wanted());
    broken.fail(new Error('broke off'));
    await expect(load).rejects.toThrow('broke off');
    expect(memory.get('a')).toBeUndefined();
    expect(memory.takenBytes).toBe(0);
    await loaded(memory, 'a', 60);
    expect(memory.takenBytes).toBe(60);
  });

  it('refuses a too large model before reading it, with both sizes and what to do, and releases nothing', async () => {
    const memory = new ModelMemory(3 * 1024 ** 2);
    await loaded(memory, 'a', 1024 ** 2);
    const large = artifact('v2 of the model "iris"', 4 * 1024 ** 2);
    await expect(memory.load(large.wanted('a'))).rejects.toMatchObject({
      status: 503,
      code: 'model_size',
      message: expect.stringMatching(
        /^v2 of the model "iris" takes 4\.0 MB .* at most 3\.0 MB .* give the function more memory/,
      ),
    });
    expect(large.counts).toEqual({ opened: 1, discarded: 1, read: 0 });
    expect(memory.get('a')).toBeDefined();
  });

  it('releases the least recently used model first', async () => {
    const memory = new ModelMemory(100);
    for (const sha256 of ['a', 'b', 'c']) await loaded(memory, sha256, 30);
    memory.get('a');
    await loaded(memory, 'd', 30);
    expect(['a', 'b', 'c', 'd'].filter((sha256) => memory.get(sha256))).toEqual(['a', 'c', 'd']);
  });

  it('keeps a version until its successor can answer when both fit, whichever was used least recently', async () => {
    const memory = new ModelMemory(100);
    await loaded(memory, 'old', 40);
    await loaded(memory, 'other', 40);
    const next = artifact('new', 50);
    const load = memory.load(next.wanted('old'));
    await turn();
    expect(memory.get('other')).toBeUndefined();
    expect(memory.get('old')).toBeDefined();
    next.arrive();
    await load;
    expect(memory.takenBytes).toBe(90);
  });

  it('releases only the replaced version before its successor is read when they do not fit together', async () => {
    const memory = new ModelMemory(100);
    await loaded(memory, 'other', 30);
    await loaded(memory, 'old', 60);
    const next = artifact('new', 60);
    const load = memory.load(next.wanted('old'));
    await turn();
    expect(memory.get('old')).toBeUndefined();
    expect(memory.get('other')).toBeDefined();
    expect(memory.takenBytes).toBe(90);
    next.arrive();
    await load;
    expect(memory.takenBytes).toBe(90);
  });

  it('counts loads in progress: a load without room waits, without holding its connection', async () => {
    const memory = new ModelMemory(100);
    const [first, second] = [artifact('a', 60), artifact('b', 60)];
    const loads = [memory.load(first.wanted()), memory.load(second.wanted())];
    second.arrive();
    await turn();
    expect(memory.takenBytes).toBe(60);
    expect(second.counts).toEqual({ opened: 1, discarded: 1, read: 0 });
    first.arrive();
    await Promise.all(loads);
    expect(second.counts).toEqual({ opened: 2, discarded: 1, read: 1 });
    expect(memory.takenBytes).toBe(60);
    expect(memory.get('a')).toBeUndefined();
  });

  it('lets a waiting load continue when the one before it fails', async () => {
    const memory = new ModelMemory(100);
    const [first, second] = [artifact('a', 60), artifact('b', 60)];
    const failing = memory.load(first.wanted());
    const waiting = memory.load(second.wanted());
    second.arrive();
    await turn();
    first.fail(new Error('broke off'));
    await expect(failing).rejects.toThrow('broke off');
    expect(await waiting).toBe(second.model);
  });
});
