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

/// Chains of dependent multiplications and additions that keep every unit busy, in registers alone.
const CHAINS: usize = 13;

/// Four lanes of every chain, so many times. `factor` comes from outside and every lane begins elsewhere, so that no
/// compiler can know the result or take two chains for one.
pub fn multiply_add_chains(times: u32, factor: f32) -> f32 {
    let start = |chain: usize| [0, 1, 2, 3].map(|lane| (chain * 4 + lane) as f32 * 0.01);
    let mut chains: [[f32; 4]; CHAINS] = core::array::from_fn(start);
    for _ in 0..times {
        for chain in &mut chains {
            for lane in chain {
                *lane = *lane * factor + factor;
            }
        }
    }
    chains.iter().flatten().sum()
}

/// Multiplications and additions of one turn of all chains.
pub fn chain_operations() -> f64 {
    (CHAINS * 4 * 2) as f64
}
