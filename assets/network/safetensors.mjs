/* Read weights from safetensors files. */

/**
 * @typedef {{shape: number[], data: Float32Array}} Tensor
 * @typedef {Record<string, Tensor>} Net   tensors of one network, by name
 */

/**
 * Return the tensors of a safetensors file, which must be float32 or float16.
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
    const [start, end] = entry.data_offsets;
    const bytes = buffer.slice(8 + length + start, 8 + length + end);
    if (entry.dtype === "F32") tensors[name] = { shape: entry.shape, data: new Float32Array(bytes) };
    else if (entry.dtype === "F16") tensors[name] = { shape: entry.shape, data: fromHalves(new Uint16Array(bytes)) };
    else throw new Error(`The weights ${name} are ${entry.dtype}; they must be F32 or F16.`);
  }
  return tensors;
}

/**
 * Return numbers of half precision as float32.
 * @param {Uint16Array} halves
 */
function fromHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024);
    return (half & 0x8000 ? -1 : 1) * (exponent === 31 ? (fraction ? NaN : Infinity) : size);
  });
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
