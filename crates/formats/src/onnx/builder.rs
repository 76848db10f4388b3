//! A graph that grows node by node.

use super::messages::{Attribute, Dimension, Graph, Node, Shape, Tensor, TensorType, Type, Value};

/// What an operator is told beside its inputs.
pub(super) enum Setting<'a> {
    One(&'a str, i64),
    Many(&'a str, &'a [i64]),
}

/// Nodes in the order in which they can be executed, and the constants that they need.
#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
}

impl Builder {
    /// Adds a constant of numbers and gives its name.
    pub(super) fn numbers(&mut self, name: &str, dims: &[usize], numbers: &[f32]) -> String {
        debug_assert_eq!(dims.iter().product::<usize>(), numbers.len(), "{name}");
        let raw_data = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, dims, Tensor::FLOAT, raw_data)
    }

    /// Adds a constant list of whole numbers and gives its name.
    pub(super) fn sizes(&mut self, name: &str, sizes: &[i64]) -> String {
        let raw_data = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
        self.constant(name, &[sizes.len()], Tensor::INT64, raw_data)
    }

    fn constant(
        &mut self,
        name: &str,
        dims: &[usize],
        data_type: i32,
        raw_data: Vec<u8>,
    ) -> String {
        let dims = dims.iter().map(|dim| *dim as i64).collect();
        let name = name.to_owned();
        self.graph.initializer.push(Tensor { dims, data_type, name: name.clone(), raw_data });
        name
    }

    /// Adds an operator and gives the name of its one output.
    pub(super) fn node(
        &mut self,
        output: &str,
        operator: &str,
        inputs: &[&str],
        settings: &[Setting<'_>],
    ) -> String {
        let attribute = settings.iter().map(|setting| match setting {
            Setting::One(name, value) => Attribute {
                name: (*name).to_owned(),
                i: Some(*value),
                ints: Vec::new(),
                r#type: Attribute::INT,
            },
            Setting::Many(name, values) => Attribute {
                name: (*name).to_owned(),
                i: None,
                ints: values.to_vec(),
                r#type: Attribute::INTS,
            },
        });
        self.graph.node.push(Node {
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![output.to_owned()],
            name: format!("{operator} {output}"),
            op_type: operator.to_owned(),
            attribute: attribute.collect(),
        });
        output.to_owned()
    }

    /// Says what goes in: a row of `width` numbers for each sample of a batch.
    pub(super) fn input(&mut self, name: &str, width: usize) {
        self.graph.input.push(value(name, Tensor::FLOAT, Some(width)));
    }

    /// Says that the value of this name comes out: rows of `width` numbers.
    pub(super) fn output_rows(&mut self, name: &str, width: usize) {
        self.graph.output.push(value(name, Tensor::FLOAT, Some(width)));
    }

    /// Says that the value of this name comes out: a whole number for each sample.
    pub(super) fn output_whole(&mut self, name: &str) {
        self.graph.output.push(value(name, Tensor::INT64, None));
    }

    pub(super) fn finish(self, name: &str) -> Graph {
        Graph { name: name.to_owned(), ..self.graph }
    }
}

fn value(name: &str, elem_type: i32, width: Option<usize>) -> Value {
    let batch = Dimension { dim_param: Some("batch".to_owned()), dim_value: None };
    let width = width.map(|it| Dimension { dim_param: None, dim_value: Some(it as i64) });
    let shape = Shape { dim: core::iter::once(batch).chain(width).collect() };
    let tensor_type = TensorType { elem_type, shape: Some(shape) };
    Value { name: name.to_owned(), r#type: Some(Type { tensor_type: Some(tensor_type) }) }
}
