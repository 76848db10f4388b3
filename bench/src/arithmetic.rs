//! How fast this machine multiplies and adds, with our kernels and at best.

use neural::dense::Panels;

/// Rows, terms and columns of the product that is measured: a batch of 64 through the first layer of 512 nodes.
pub const SHAPE: [usize; 3] = [64, 784, 512];

/// The dense product, so many times; gives a number that depends on all of them.
pub struct DenseProduct {
    panels: Panels,
    left: Vec<f32>,
    right: Vec<f32>,
    sums: Vec<f32>,
}

impl Default for DenseProduct {
    fn default() -> Self {
        let [rows, terms, columns] = SHAPE;
        let numbers = |count: usize| (0..count).map(|n| (n % 13) as f32 * 0.01).collect();
        let sums = vec![0.0; rows * columns];
        Self {
            panels: Panels::default(),
            left: numbers(rows * terms),
            right: numbers(terms * columns),
            sums,
        }
    }
}

impl DenseProduct {
    /// Multiplies so many times.
    pub fn run(&mut self, times: u32) -> f32 {
        let [_, terms, columns] = SHAPE;
        for _ in 0..times {
            let Self { panels, left, right, sums } = self;
            panels.multiply_add(left, right, sums, terms, columns);
        }
        self.sums[77]
    }

    /// Multiplications and additions of one product.
    pub fn operations() -> f64 {
        SHAPE.iter().map(|size| *size as f64).product::<f64>() * 2.0
    }
}

/// Chains of dependent multiplications and additions: enough to keep every unit busy, few enough for the registers.
#[cfg(target_arch = "wasm32")]
const CHAINS: usize = 13;

/// One turn of all chains, so many times, four lanes each: the best that this machine's WebAssembly can do.
#[cfg(target_arch = "wasm32")]
pub fn multiply_add_chains(times: u32, factor: f32) -> f32 {
    use core::arch::wasm32::{f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat};
    let factor = f32x4_splat(factor);
    // Every chain begins elsewhere, so that no compiler can take two for one.
    let start = |chain: usize| f32x4(chain as f32, 0.1, 0.2, 0.3);
    let mut chains: [_; CHAINS] = core::array::from_fn(start);
    for _ in 0..times {
        for chain in &mut chains {
            *chain = f32x4_add(f32x4_mul(*chain, factor), factor);
        }
    }
    let sum = chains.into_iter().fold(f32x4_splat(0.0), |sum, chain| f32x4_add(sum, chain));
    f32x4_extract_lane::<0>(sum)
}

/// Multiplications and additions of one turn of all chains.
#[cfg(target_arch = "wasm32")]
pub fn chain_operations() -> f64 {
    (CHAINS * 4 * 2) as f64
}
