//! A person's own data on its way to a cluster: what the cluster is called, how large its network is, and whether the
//! rows fit a network that is there.

use data::{ColumnKind, Ignored, Pictures, Preparation, Recipe, Summary, layer_of};
use neural::Dataset;
use peer::{Blueprint, ClusterView};
use protocol::cluster::NetworkSpec;
use units::{ClusterId, Hash};

/// Of a hundred rows of a person's own, how many are held out where nothing else was chosen.
pub const HELD_OUT_PERCENT: u8 = 20;

/// Characters of a title that become part of a cluster's name.
const STEM_CHARS_MAX: usize = 40;

/// Characters of a file's name that are shown.
const TITLE_CHARS_MAX: usize = 80;

/// What is typed for the nodes is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` are no layers: write the nodes of each, such as `128` or `64, 32`")]
pub struct InvalidNodes {
    text: String,
}

/// A network that is there, as far as data can fit it.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreed {
    /// Its cluster.
    pub cluster: ClusterId,
    /// How its inputs are made, encoded.
    pub recipe: Vec<u8>,
    /// The same.
    pub decoded: Recipe,
}

impl Agreed {
    /// What a cluster's rows are made by, if it says so.
    pub fn of(cluster: &ClusterView) -> Option<Self> {
        let decoded = recipe_of(cluster)?;
        Some(Self { cluster: cluster.id.clone(), recipe: cluster.recipe.clone(), decoded })
    }
}

/// How a cluster's inputs are made of people's data; `None` if they are numbers as they are.
pub fn recipe_of(cluster: &ClusterView) -> Option<Recipe> {
    let recipe = &cluster.recipe;
    (!recipe.is_empty()).then(|| Recipe::decode(recipe).ok()).flatten()
}

/// What people call a file: its name without folders and ending.
pub fn title_of(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let shown = crate::shown::shown_name(if stem.is_empty() { name } else { stem });
    shown.chars().take(TITLE_CHARS_MAX).collect()
}

/// The name of the cluster that learns from rows of that title. Devices with the same title, recipe and layers find the
/// same name by themselves; a cluster of that name that means something else gets out of the way by a number.
pub fn cluster_for(title: &str, blueprint: &Blueprint, clusters: &[ClusterView]) -> ClusterId {
    let layers = blueprint.network.layers.iter().flat_map(|layer| layer.nodes.to_le_bytes());
    let layers: Vec<u8> = layers.collect();
    let mark = Hash::of_parts(&[&blueprint.recipe, &layers]).to_string();
    let name = format!("{}-{}", stem(title), &mark[..4]);
    let is_free = |id: &ClusterId| {
        clusters
            .iter()
            .filter(|known| known.id == *id)
            .all(|known| known.network == blueprint.network && known.recipe == blueprint.recipe)
    };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = core::iter::once(name.clone()).chain(numbered);
    names
        .find_map(|name| name.parse().ok().filter(is_free))
        .expect("clusters are few, and the characters those of names")
}

/// Letters, digits and single hyphens.
fn stem(title: &str) -> String {
    let mut stem = String::new();
    for c in title.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            c if c.is_ascii_alphanumeric() => stem.push(c),
            _ if stem.is_empty() || stem.ends_with('-') => {}
            _ => stem.push('-'),
        }
        if stem.len() == STEM_CHARS_MAX {
            break;
        }
    }
    match stem.trim_end_matches('-') {
        "" => "data".to_owned(),
        stem => stem.to_owned(),
    }
}

/// The nodes of each layer, as they are typed.
pub fn nodes_of(network: &NetworkSpec) -> String {
    let nodes = network.layers.iter().map(|layer| layer.nodes.to_string());
    nodes.collect::<Vec<_>>().join(", ")
}

/// The network with other layers.
///
/// # Errors
/// [`InvalidNodes`] if that is no list of numbers. Whether such a network is possible, its cluster says.
pub fn with_nodes(network: &NetworkSpec, nodes: &str) -> Result<NetworkSpec, InvalidNodes> {
    if nodes.trim() == nodes_of(network) {
        return Ok(network.clone());
    }
    let layers: Result<Vec<_>, _> =
        nodes.split([',', ';', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect();
    match layers {
        Ok(layers) if !layers.is_empty() => {
            let layers = layers.into_iter().map(layer_of).collect();
            Ok(NetworkSpec { layers, ..network.clone() })
        }
        _ => Err(InvalidNodes { text: nodes.chars().take(40).collect() }),
    }
}

/// Whether rows of a table can be made by what another table has taught, without a column that is told to be left out.
pub fn table_fits(table: &Summary, preparation: &Preparation) -> bool {
    let is_told_out = |kind| matches!(kind, ColumnKind::Ignored(Ignored::Told));
    let has = |name: &str| {
        table.columns.iter().any(|column| column.name == name && !is_told_out(column.kind))
    };
    let is_known = |name: &String| preparation.classes().contains(name);
    table.label == preparation.label()
        && preparation.columns().all(has)
        && table.classes.iter().all(|class| is_known(&class.name))
}

/// The rows under the labels of a recipe; `None` if its pictures look different, or it has not all of the classes.
pub fn pictures_by(pictures: &Pictures, recipe: &Recipe) -> Option<Dataset> {
    let Recipe::Pictures { look, classes } = recipe else { return None };
    if *look != pictures.look {
        return None;
    }
    let place = |name| classes.binary_search(name).ok().map(|place| place as u16);
    let places: Vec<u16> = pictures.classes.iter().map(place).collect::<Option<_>>()?;
    let labels = pictures.dataset.labels.iter().map(|label| places[usize::from(*label)]).collect();
    Some(Dataset { labels, classes: classes.len() as u32, ..pictures.dataset.clone() })
}

/// What the classes of a network are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassNames(Vec<String>);

impl ClassNames {
    /// As the cluster's recipe says.
    pub fn of(cluster: &ClusterView) -> Self {
        Self(recipe_of(cluster).map_or_else(Vec::new, |recipe| recipe.classes().to_vec()))
    }

    /// Whether classes have names, and are not just numbers.
    pub fn are_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// The name of a class; its number where it has none.
    pub fn name(&self, class: u32) -> String {
        self.0.get(class as usize).cloned().unwrap_or_else(|| class.to_string())
    }
}

#[cfg(test)]
mod tests;
