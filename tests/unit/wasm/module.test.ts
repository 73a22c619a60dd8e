import { describe, expect, it } from 'vitest';
import { filterFunctions } from '../../../lib/classifier/search/filter-kernel.ts';
import { stagedFunctions } from '../../../lib/classifier/search/staged-kernel.ts';
import { METRICS } from '../../../lib/classifier/search/types.ts';
import { walkFunctions } from '../../../lib/classifier/search/walk-kernel.ts';
import { RFC_4180 } from '../../../lib/dataset/csv/grammar.ts';
import { readingModule, TableKernel } from '../../../lib/dataset/kernels/table-kernel.ts';
import { TABLE_AT } from '../../../lib/dataset/kernels/table-memory.ts';
import { sha256Hex } from '../../../lib/sha256.ts';
import { wasmMemory } from '../../../lib/wasm/engine.ts';
import { MemoryPlan } from '../../../lib/wasm/memory-plan.ts';
import { recordModules } from '../../helpers/wasm-modules.ts';

const modules = recordModules();
const memory = wasmMemory(65_536)!;

/** One feature, a few, and both sides of the limit up to which a query's codes fit into registers. */
const DIMENSIONS = [1, 2, 3, 4, 8, 15, 16, 17, 24, 64, 131, 1024];

/** Each module's name and parameters, and the function that creates it. */
const MAKERS: Readonly<Record<string, () => unknown>> = {
  reading: () => readingModule(RFC_4180),
  'hashing 8': () => new TableKernel(new MemoryPlan(TABLE_AT), RFC_4180, 8).hashing,
  'hashing 20': () => new TableKernel(new MemoryPlan(TABLE_AT), RFC_4180, 20).hashing,
  ...Object.fromEntries(
    METRICS.flatMap((metric) => [
      [`staged ${metric}`, () => stagedFunctions(metric, memory)],
      ...DIMENSIONS.flatMap((dimension) => [
        [`filter ${metric} ${dimension}`, () => filterFunctions(metric, dimension, memory)],
        [`walk ${metric} ${dimension}`, () => walkFunctions(metric, dimension, memory)],
      ]),
    ]),
  ),
};

/** The sha256 of the one module that is compiled on first use. */
function sha256Of(make: () => unknown): string {
  const before = modules.length;
  make();
  expect(modules.length).toBe(before + 1);
  return sha256Hex(modules[before]!);
}

describe('the generated modules', () => {
  it('have the known bytes: an intended change of a kernel updates this list', () => {
    const list = Object.entries(MAKERS).map(([name, make]) => `${sha256Of(make)}  ${name}`);
    expect(list.join('\n')).toMatchInlineSnapshot(`
      "0bdd91fbf0fb4ac88b1675d8cf941bd6aa5fe15e23359ab1092eac81e81c5bcd  reading
      e74c566fa0dd2c8beac93e58d196eead9d4889f3149341f3bf7e9af7d37ec999  hashing 8
      b8e56df475efaea5d755d9815b2f9a825bc704409e11874f21eda9cda25d9eab  hashing 20
      bed65dbc3a31e6659c1acdbdd435d91ccc6ff98d420ae07436ca64cb6c683da2  staged euclidean
      311e1e94552adfbb458fe78c29d3cefb64af4ea111e104c06354e56db6a91f18  filter euclidean 1
      132d9889e9251f42b8d76617b1b7f7baa0bf46865af1f8ff5fea866b780bda21  walk euclidean 1
      2dad8e88b2bcfcbc0481af70d7de6203fef9ab19fc5a13afeba064888f9d9857  filter euclidean 2
      132d9889e9251f42b8d76617b1b7f7baa0bf46865af1f8ff5fea866b780bda21  walk euclidean 2
      e1e167823297819b222a025fb9aa47de63178952806ff9a975d6fbe196f4b13e  filter euclidean 3
      f5ae111b2820bc090d29948e0559301186468c2ddd3d2c847d1a8d4c5340296a  walk euclidean 3
      856a026c3b776d4d486d4fffc925ef49b13a517c3f294483fd5a003d0602218e  filter euclidean 4
      f5ae111b2820bc090d29948e0559301186468c2ddd3d2c847d1a8d4c5340296a  walk euclidean 4
      5487931592c2c1e46b76f4f7819c43821ca8996059dc80e92b105c80ac81a5a7  filter euclidean 8
      d8e274b505e06ea00bbd4a81f30d3e50e900e878c4ce5bf21061f0b47a2a202e  walk euclidean 8
      a50322e75c2006b05b1ffb7823c59a415bfc2a9f2810ecc1c8233a19d9b315e4  filter euclidean 15
      1c9e05a8212503bb5976339d2d4ebad5bfc594da6c7827c2c664ac68cc737ea0  walk euclidean 15
      11f949017fb7c55871cb15975fbafa2dc759e77c8e8f61e064f945b49cf368e6  filter euclidean 16
      1c9e05a8212503bb5976339d2d4ebad5bfc594da6c7827c2c664ac68cc737ea0  walk euclidean 16
      ee546278a1bc24645b09e68cc7939395e73e89e18886c239c76f2f22a95d2c2f  filter euclidean 17
      97a13c9f1717a92ed4864e43293a198445a0088564a1d44fb4a3cd0c4a58a49b  walk euclidean 17
      82676504da97a2705ddd2e146d79133fc4969bb1652469e3f43afc8c5763293d  filter euclidean 24
      97a13c9f1717a92ed4864e43293a198445a0088564a1d44fb4a3cd0c4a58a49b  walk euclidean 24
      06e3439331f87597f21655b3af40521fd4074f01fefe8749eded97693fd56c4e  filter euclidean 64
      e02acd9a794296ce6eaa365eab18f1549964aaaed2f466b21b69becea657d42e  walk euclidean 64
      c3ab45bd3c5cd3c456c5438cb31f25e7bf2a759201277f2baaf1bef4544da5c1  filter euclidean 131
      9bd5a8dc767e743b15fec204260cec1a91f631b803f5a23de7593895229b3cc0  walk euclidean 131
      2c588901d5a92b62e4b9dcccd391c503bbc560b1610aa7d642f4ed7b797d37a4  filter euclidean 1024
      668d31a46fa73070f30bfda500504c8cfbd601900059c115a8b2c875520470fb  walk euclidean 1024
      530a0a91dd17758dfb31a8073cbfac2765cc910b1851e7017d10e2419e0d4f75  staged manhattan
      fb6d7b17e6e08cf16995e5dcb041dabd30af568d5acdca39a03528a76c7c3548  filter manhattan 1
      283ded837b0cc66969245d8bc29ab24c498cc791fe12d2eb7c0a13a47f097747  walk manhattan 1
      22f2aaeedfdd135d5e6374fde5830026afacc18bed3e9961690e336e56bf8bbb  filter manhattan 2
      283ded837b0cc66969245d8bc29ab24c498cc791fe12d2eb7c0a13a47f097747  walk manhattan 2
      f448186c0bddc3926ff3d01ba7bb4c4ad21abccb06f7243485e3b2ba506e7dc7  filter manhattan 3
      1f5990baab38d4182fcf220de10e422a63883ee8ce5c74f938478c6b597e2dda  walk manhattan 3
      7beb18fa288c7954dc2b1155846a85a00a2a9121bf3e1818e617b88ca0903336  filter manhattan 4
      1f5990baab38d4182fcf220de10e422a63883ee8ce5c74f938478c6b597e2dda  walk manhattan 4
      3f5fc9ee6490174eaa6b70c2767d3d020709363c88bdc746da1406c0724e6c33  filter manhattan 8
      c1b89cfd09a673602f2f22b43510d37823da01dd3b29dd6d90edba608b59d1cf  walk manhattan 8
      c0f2e9db50c745a3b9a71917f24e19dcd2c6e34fcef87c242eb9476ef2d5c822  filter manhattan 15
      0f61d541831bad2284a27cd3e2d422ccac832eef11174880390619b63154818c  walk manhattan 15
      3e8a46fc1e7122852a837deab3b220292d5bae8a6acc61ea20d727f5247972f0  filter manhattan 16
      0f61d541831bad2284a27cd3e2d422ccac832eef11174880390619b63154818c  walk manhattan 16
      a4de6f51012677afca8c2b1e5221726bfd3464f4bb55989750cc484f9f149078  filter manhattan 17
      1e5289439e2a0528151d7f5b161c4cd0ee870ef8cd4febdd38eaa5c0c62b28e2  walk manhattan 17
      05d374f7414ac94f2b501ed4cc4cf0a33ba5b9403ef5053664c0664875abb139  filter manhattan 24
      1e5289439e2a0528151d7f5b161c4cd0ee870ef8cd4febdd38eaa5c0c62b28e2  walk manhattan 24
      4fc8c88358b0d2c2a35a3bbe6620fc9a0b1be9e952457359d9f804e4ca9e4b54  filter manhattan 64
      6737f0517af35955bdd7d730f6e22cba6d27faaf19b8740c1171b0f60a5c53fc  walk manhattan 64
      d4ff5d297ac711e30bf0e8109c33ece213644ab1ebc307e1d7845701b648ff9e  filter manhattan 131
      376c6a96c907f76f24f658e8e7d393d115cc0ef5092e017c882e0cc2398c322d  walk manhattan 131
      19a17112d46708aa11134791bc810a35f93b312b0de0e6d8a721536f35031036  filter manhattan 1024
      2888a23d4cb391ec63471754596305495ee689e9a21a92a460267df73092b494  walk manhattan 1024"
    `);
  });
});
