//! A plain dense network from another program: matrices and biases in a row, with max(0, x) between them.

mod names;
mod start;

pub use start::{Calibration, Start, StartError};

use crate::{
    error::{ImportError, TensorProblem, shortened},
    tensors::{Tensor, TensorFile},
};
use core::cmp::Ordering;
use names::{Kind, natural_order};
use neural::PARAMETER_MAX;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    limits,
};
use std::collections::BTreeMap;

/// A dense network, read and checked, but not yet one of ours: see [`Mlp::start`].
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// From the input upwards: at least one hidden layer, and the last one, which gives a number for each class.
    layers: Vec<Dense>,
}

/// `W x + b`.
#[derive(Debug, Clone, PartialEq)]
struct Dense {
    inputs: usize,
    /// A row an input, a column a node.
    weights: Vec<f32>,
    /// One a node.
    bias: Vec<f32>,
}

/// The tensors of one layer, by the name that they share.
#[derive(Default)]
struct Parts<'a> {
    matrix: Option<(Kind, String, Tensor<'a>)>,
    bias: Option<(String, Tensor<'a>)>,
}

/// A layer whose shapes fit each other, not yet read.
struct Shaped<'a> {
    name: String,
    inputs: usize,
    nodes: usize,
    parts: Parts<'a>,
}

impl Mlp {
    /// Finds layers by the names of their tensors, and reads them once all sizes fit.
    ///
    /// `….weight` has a row a node (PyTorch), `….kernel` a row an input (Keras, Flax); `….bias` may be missing.
    pub(crate) fn read(file: TensorFile<'_>) -> Result<Self, ImportError> {
        let shaped = chained(grouped(file)?)?;
        spec(&shaped.iter().map(|it| (it.inputs, it.nodes)).collect::<Vec<_>>(), |_| 1, 0)?;
        let layers = shaped.into_iter().map(Shaped::read).collect::<Result<_, _>>()?;
        Ok(Self { layers })
    }

    /// Values in one input.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Nodes of each hidden layer, from the input upwards.
    pub fn hidden(&self) -> impl ExactSizeIterator<Item = usize> {
        self.hidden_layers().iter().map(Dense::nodes)
    }

    /// Classes that it tells apart.
    pub fn classes(&self) -> usize {
        self.last().nodes()
    }

    fn hidden_layers(&self) -> &[Dense] {
        &self.layers[..self.layers.len() - 1]
    }

    fn last(&self) -> &Dense {
        &self.layers[self.layers.len() - 1]
    }

    /// The network of ours that has the same nodes, with a timer for each layer.
    fn spec(&self, timer: impl Fn(usize) -> u32, seed: u64) -> Result<NetworkSpec, ImportError> {
        let sizes: Vec<_> = self.layers.iter().map(|it| (it.inputs, it.nodes())).collect();
        spec(&sizes, timer, seed)
    }
}

/// The description for dense layers of (inputs, nodes), if a network can have those.
fn spec(
    sizes: &[(usize, usize)],
    timer: impl Fn(usize) -> u32,
    seed: u64,
) -> Result<NetworkSpec, ImportError> {
    let count = sizes.len();
    let [(inputs, _), .., (_, classes)] = *sizes else {
        return Err(ImportError::Layers { count });
    };
    if count - 1 > limits::NETWORK_LAYERS_MAX {
        return Err(ImportError::Layers { count });
    }
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let hidden = sizes[..count - 1].iter().enumerate();
    let layers =
        hidden.map(|(number, (_, nodes))| LayerSpec::new(size(*nodes), timer(number))).collect();
    let spec = NetworkSpec { inputs: size(inputs), steps: 1, layers, classes: size(classes), seed };
    spec.validate()?;
    Ok(spec)
}

/// All tensors by layer, each where its name says.
fn grouped(file: TensorFile<'_>) -> Result<BTreeMap<String, Parts<'_>>, ImportError> {
    let mut layers = BTreeMap::<String, Parts<'_>>::new();
    for (name, tensor) in file.tensors {
        let unexpected = || ImportError::Unexpected {
            name: shortened(&name),
            whole: "a plain dense network",
            advice: "only pairs of .weight or .kernel and .bias are read, nothing else may be in the file",
        };
        let (layer, kind) = Kind::of(&name).ok_or_else(unexpected)?;
        let parts = layers.entry(layer.to_owned()).or_default();
        let is_taken = match kind {
            Kind::Bias => parts.bias.is_some(),
            Kind::Weight | Kind::Kernel => parts.matrix.is_some(),
        };
        if is_taken {
            return Err(unexpected());
        }
        match kind {
            Kind::Bias => parts.bias = Some((name, tensor)),
            Kind::Weight | Kind::Kernel => parts.matrix = Some((kind, name, tensor)),
        }
    }
    Ok(layers)
}

/// The layers in natural order of their names, each as wide as the one below gives values.
fn chained(layers: BTreeMap<String, Parts<'_>>) -> Result<Vec<Shaped<'_>>, ImportError> {
    let mut layers = layers
        .into_iter()
        .map(|(name, parts)| Shaped::new(name, parts))
        .collect::<Result<Vec<_>, _>>()?;
    layers.sort_by(|one, other| match natural_order(&one.name, &other.name) {
        Ordering::Equal => one.name.cmp(&other.name),
        order => order,
    });
    for pair in layers.windows(2) {
        let [below, above] = pair else { continue };
        if below.nodes != above.inputs {
            return Err(ImportError::Chain {
                below: shortened(&below.name),
                gives: below.nodes,
                above: shortened(&above.name),
                takes: above.inputs,
            });
        }
    }
    Ok(layers)
}

impl<'a> Shaped<'a> {
    fn new(name: String, parts: Parts<'a>) -> Result<Self, ImportError> {
        let Some((kind, matrix_name, matrix)) = &parts.matrix else {
            let kinds = [name.as_str(), "weight"];
            return Err(TensorProblem::Missing.of(&kinds.join(".")));
        };
        let [rows, columns] = *matrix.shape else {
            return Err(TensorProblem::NoMatrix(matrix.shape.clone()).of(matrix_name));
        };
        let (inputs, nodes) = match kind {
            Kind::Kernel => (rows, columns),
            _ => (columns, rows),
        };
        if let Some((bias_name, bias)) = &parts.bias
            && bias.shape != [nodes]
        {
            let (given, wanted) = (bias.shape.clone(), vec![nodes]);
            return Err(TensorProblem::Shape { given, wanted }.of(bias_name));
        }
        Ok(Self { name, inputs, nodes, parts })
    }

    fn read(self) -> Result<Dense, ImportError> {
        let Self { inputs, nodes, parts: Parts { matrix, bias }, .. } = self;
        let numbers = |name: &str, tensor: &Tensor<'_>| {
            let mut numbers = Vec::new();
            tensor.read_into(&mut numbers, PARAMETER_MAX).map_err(|problem| problem.of(name))?;
            Ok::<_, ImportError>(numbers)
        };
        let (kind, name, matrix) = matrix.ok_or_else(|| TensorProblem::Missing.of(&self.name))?;
        let matrix = numbers(&name, &matrix)?;
        let weights = match kind {
            Kind::Kernel => matrix,
            _ => transposed(&matrix, inputs, nodes),
        };
        let bias = match bias {
            Some((name, bias)) => numbers(&name, &bias)?,
            None => vec![0.0; nodes],
        };
        Ok(Dense { inputs, weights, bias })
    }
}

/// A matrix of `nodes` rows with `inputs` columns, the other way round.
fn transposed(matrix: &[f32], inputs: usize, nodes: usize) -> Vec<f32> {
    (0..inputs * nodes).map(|place| matrix[place % nodes * inputs + place / nodes]).collect()
}

impl Dense {
    fn nodes(&self) -> usize {
        self.bias.len()
    }
}
