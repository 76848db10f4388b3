//! A plain dense network with max(0, x), trained by back-propagation, as other programs have them.

use neural::{Dataset, Model};
use protocol::cluster::{LayerSpec, NetworkSpec};

pub(crate) struct Plain {
    pub(crate) sizes: Vec<usize>,
    /// A matrix with a row a node for each layer, as PyTorch has it.
    pub(crate) weights: Vec<Vec<f32>>,
    pub(crate) biases: Vec<Vec<f32>>,
}

impl Plain {
    /// Weights of variance 2 / inputs (He et al. 2015), and biases that matter.
    pub(crate) fn new(sizes: &[usize], seed: u64) -> Self {
        let matrix = |pair: &[usize]| {
            let layers = vec![LayerSpec::new(pair[1] as u32, 4)];
            let spec = NetworkSpec { inputs: pair[0] as u32, steps: 1, layers, classes: 2, seed };
            let model = Model::new(&spec).unwrap();
            let normal = model.network().layers().next().unwrap().weights.to_vec();
            normal.iter().map(|weight| weight * 2.0_f32.sqrt()).collect()
        };
        let weights = sizes.windows(2).map(matrix).collect();
        let bias = |node: usize| (node * 37 % 11) as f32 * 0.06 - 0.3;
        let biases = sizes[1..].iter().map(|nodes| (0..*nodes).map(bias).collect()).collect();
        Self { sizes: sizes.to_vec(), weights, biases }
    }

    /// The values of every layer; those of the last one are before softmax.
    fn values(&self, input: Vec<f32>) -> Vec<Vec<f32>> {
        let mut values = vec![input];
        for (layer, (weights, bias)) in self.weights.iter().zip(&self.biases).enumerate() {
            let below = &values[layer];
            let rows = weights.chunks_exact(below.len()).zip(bias);
            let sum = |(row, bias): (&[f32], &f32)| {
                bias + row.iter().zip(below).map(|(weight, value)| weight * value).sum::<f32>()
            };
            let mut sums: Vec<_> = rows.map(sum).collect();
            if layer + 1 < self.weights.len() {
                sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
            }
            values.push(sums);
        }
        values
    }

    pub(crate) fn answer(&self, input: Vec<f32>) -> usize {
        let logits = self.values(input).pop().unwrap();
        (0..logits.len()).fold(0, |best, it| if logits[it] > logits[best] { it } else { best })
    }

    pub(crate) fn accuracy(&self, dataset: &Dataset, rows: &[u32]) -> f32 {
        let is_right = |row: &&u32| {
            self.answer(dataset.row(**row as usize)) == usize::from(dataset.labels[**row as usize])
        };
        rows.iter().filter(is_right).count() as f32 / rows.len() as f32
    }

    /// One pass of gradient descent, a row a step.
    pub(crate) fn train(&mut self, dataset: &Dataset, rows: &[u32], rate: f32) {
        for row in rows {
            let values = self.values(dataset.row(*row as usize));
            let logits = &values[self.weights.len()];
            let highest = logits.iter().copied().fold(f32::MIN, f32::max);
            let powers: Vec<_> = logits.iter().map(|logit| (logit - highest).exp()).collect();
            let sum: f32 = powers.iter().sum();
            let mut error: Vec<_> = powers.iter().map(|power| power / sum).collect();
            error[usize::from(dataset.labels[*row as usize])] -= 1.0;
            for layer in (0..self.weights.len()).rev() {
                let below = &values[layer];
                let mut error_below = vec![0.0; below.len()];
                let rows = self.weights[layer].chunks_exact_mut(below.len());
                for ((row, bias), error) in rows.zip(&mut self.biases[layer]).zip(&error) {
                    for ((weight, value), below) in row.iter_mut().zip(below).zip(&mut error_below)
                    {
                        *below += *weight * error;
                        *weight -= rate * error * value;
                    }
                    *bias -= rate * error;
                }
                let gates = error_below.iter_mut().zip(below);
                gates.for_each(|(error, value)| *error *= f32::from(u8::from(*value > 0.0)));
                error = error_below;
            }
        }
    }

    /// As `safetensors.torch.save_file` writes an `nn.Sequential`.
    pub(crate) fn safetensors(&self) -> Vec<u8> {
        let mut tensors = Vec::new();
        for (layer, (weights, bias)) in self.weights.iter().zip(&self.biases).enumerate() {
            let shape = vec![self.sizes[layer + 1], self.sizes[layer]];
            tensors.push((format!("{}.weight", 2 * layer), shape, bytes(weights)));
            tensors.push((format!("{}.bias", 2 * layer), vec![bias.len()], bytes(bias)));
        }
        file(&tensors, safetensors::Dtype::F32)
    }
}

pub(crate) fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Tensors as the format's own crate writes them.
pub(crate) fn file(
    tensors: &[(String, Vec<usize>, Vec<u8>)],
    dtype: safetensors::Dtype,
) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name, safetensors::tensor::TensorView::new(dtype, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// The handwritten digits that ship with the site.
pub(crate) fn digits() -> Dataset {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/data/digits.bin");
    Dataset::decode_file(&std::fs::read(path).unwrap()).unwrap()
}
