//! Four 32-bit words side by side: a vector of WebAssembly, and elsewhere an array in which compilers see one.
//!
//! In WebAssembly, compilers lose sight of vectors in functions as long as a hash: there the array is slower by a quarter or
//! far more. Eight words side by side are no faster than four.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod array;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use array::Lanes;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd128::Lanes;

/// Words side by side.
pub(super) const LANES: usize = 4;
