// Pictures as files: reading those that the user sends, saving those that were drawn.

const LONGEST_SIDE = 1280;

/**
 * A picture file as a data: URL. It is drawn anew here, no larger than the models can use; so what a camera writes beside the picture
 * (place, time, owner) does not go along.
 */
export async function readPicture(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        throw new Error(`${file.name || 'This file'} is not a picture that this browser can read.`);
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    const jpeg = file.type !== 'image/png' || scale < 1;
    if (jpeg) {
        context.fillStyle = 'white'; // under what is transparent
        context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL(jpeg ? 'image/jpeg' : 'image/png', 0.92);
}

/** The first picture of a paste or a drop, and how many there were. */
export function picturesOf(transfer) {
    return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith('image/'));
}

function bytesOf(url) {
    const [head, base64] = url.split(',', 2);
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new Blob([bytes], { type: head.slice(5).split(';')[0] });
}

/** Saves a picture (a data: or blob: URL) as a file that is named by its caption. */
export function savePicture({ url, caption }) {
    const words = (caption || 'photo').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 60).replace(/-+$/, '');
    const blob = url.startsWith('data:') ? bytesOf(url) : null;
    const address = blob === null ? url : URL.createObjectURL(blob);
    const extension = blob?.type === 'image/jpeg' ? 'jpg' : 'png';
    const link = document.createElement('a');
    link.href = address;
    link.download = `${words || 'photo'}.${extension}`;
    link.click();
    if (blob !== null) setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
