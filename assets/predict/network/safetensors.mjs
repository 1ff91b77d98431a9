/* Read weights from safetensors files. */

/**
 * @typedef {{shape: number[], data: Float32Array}} Tensor
 * @typedef {Record<string, Tensor>} Net   tensors of one network, by name
 */

/**
 * Return the tensors of a safetensors file, which must be float32.
 * @param {ArrayBuffer} buffer
 */
export function parseSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > buffer.byteLength - 8) throw new Error("This is not a safetensors file.");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Net} */
  const tensors = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (entry.dtype !== "F32") throw new Error(`The weights ${name} are ${entry.dtype}; they must be F32.`);
    const [start, end] = entry.data_offsets;
    tensors[name] = { shape: entry.shape, data: new Float32Array(buffer.slice(8 + length + start, 8 + length + end)) };
  }
  return tensors;
}

/**
 * Return the tensors below a prefix, named without it.
 * @param {Net} tensors
 * @param {string} prefix
 */
export function under(tensors, prefix) {
  /** @type {Net} */
  const own = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(`${prefix}/`)) own[name.slice(prefix.length + 1)] = tensor;
  }
  return own;
}
