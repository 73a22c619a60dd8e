import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A version of an object. It is hidden when the newest entry of its key is a delete marker. */
export type ListedVersion = ObjectVersion & { readonly isHidden: boolean };

/** All versions of all objects whose key begins with `prefix`, read page by page, without delete markers. */
export async function* listObjectVersions(
  s3: S3Client,
  bucket: string,
  prefix = '',
): AsyncGenerator<ListedVersion> {
  // S3 lists key by key, the newest entry of each first: only the last hidden key of a page may go on.
  let hiddenKeys = new Set<string | undefined>();
  let marker: { KeyMarker?: string; VersionIdMarker?: string } | undefined;
  do {
    const page = await s3.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        ...(prefix === '' ? {} : { Prefix: prefix }),
        ...marker,
      }),
    );
    const markers = (page.DeleteMarkers ?? []).filter(({ IsLatest }) => IsLatest).map(({ Key }) => Key);
    hiddenKeys = new Set([...[...hiddenKeys].slice(-1), ...markers]);
    for (const version of page.Versions ?? []) yield { ...version, isHidden: hiddenKeys.has(version.Key) };
    marker = page.IsTruncated
      ? {
          ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
          ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
        }
      : undefined;
  } while (marker);
}

/** The id of a version; null when the bucket did not keep versions at the time. */
export const versionIdOf = ({ VersionId }: ObjectVersion): string | null =>
  VersionId === undefined || VersionId === 'null' ? null : VersionId;

/** Deletes one version of an object for good. Does nothing when it does not exist. */
export async function deleteObjectVersion(
  s3: S3Client,
  at: { readonly bucket: string; readonly key: string; readonly versionId: string },
): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: at.key, VersionId: at.versionId }));
}
