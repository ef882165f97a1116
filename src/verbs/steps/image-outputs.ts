import type { ProcessTypes } from '../../app/procfile.ts';
import type { Outputs } from '../../settings/outputs.ts';
import type { Settings } from '../../settings/settings.ts';
import type { BuiltImages } from './images.ts';

/** The images of an app, and what its folder told of it. */
export interface BuiltApp {
  /** Name of the detected platform; `undefined` where only the app's own Dockerfile knows. */
  readonly platform: string | undefined;
  readonly images: BuiltImages;
  readonly processTypes: ProcessTypes;
}

/** What every verb that builds the app's image reports of it. */
export function imageOutputs(
  { dockerfile }: Settings,
  { platform, images, processTypes }: BuiltApp,
): Outputs {
  return {
    ...(platform !== undefined && { platform }),
    dockerfile,
    'image-hash': images.base.hash,
    'base-image': images.base.name,
    'base-image-cached': String(images.base.cached),
    'image-id': images.app.id,
    'process-types': JSON.stringify(processTypes),
  };
}
