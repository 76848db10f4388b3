use super::*;
use crate::state::defaults::network;
use data::{Ground, Look, Paint, PictureSet, Reading, Sheet, Table, Wish, Wishes};

fn blueprint(nodes: u32, recipe: u8) -> Blueprint {
    Blueprint { network: network(4, &[nodes], 3), recipe: vec![recipe], model: None }
}

fn made(id: &ClusterId, Blueprint { network, recipe, .. }: Blueprint) -> ClusterView {
    ClusterView {
        id: id.clone(),
        network,
        recipe,
        model: Hash::of(&[]),
        train_rows: 0,
        held_out_rows: 0,
        class_rows: Vec::new(),
        origin: None,
    }
}

fn pictures(side: u32, classes: &[&str]) -> Pictures {
    let look = Look { side, paint: Paint::Grey, ground: Ground::White };
    let mut set = PictureSet::new(look).unwrap();
    for class in classes {
        set.add_input(class, &vec![7; (side * side) as usize]).unwrap();
    }
    set.finish().unwrap()
}

#[test]
fn a_file_is_called_by_its_name_alone() {
    assert_eq!(title_of("C:\\data\\Iris flowers.csv"), "Iris flowers");
    assert_eq!(title_of("a.b.tsv"), "a.b");
    assert_eq!(title_of(".csv"), ".csv");
    assert_eq!(title_of("\u{202E}x.csv"), "x");
}

#[test]
fn the_same_data_finds_the_same_cluster_and_other_data_another() {
    let name = cluster_for("Iris – flowers!", &blueprint(8, 1), &[]);
    assert!(name.as_str().starts_with("iris-flowers-"), "{name}");
    let here = [made(&name, blueprint(8, 1))];
    assert_eq!(cluster_for("Iris – flowers!", &blueprint(8, 1), &here), name);
    assert_ne!(cluster_for("Iris – flowers!", &blueprint(8, 2), &here), name);
    assert_ne!(cluster_for("Iris – flowers!", &blueprint(16, 1), &here), name);
    let taken = [made(&name, blueprint(8, 9))];
    let other = cluster_for("Iris – flowers!", &blueprint(8, 1), &taken);
    assert_eq!(other.as_str(), format!("{name}-2"));
}

#[test]
fn any_title_makes_a_name() {
    for title in ["", "äöü", "…", "--", &"x".repeat(500)] {
        let name = cluster_for(title, &blueprint(8, 1), &[]);
        assert!(name.as_str().len() < 60, "{name}");
    }
    assert!(cluster_for("数据", &blueprint(8, 1), &[]).as_str().starts_with("data-"));
}

#[test]
fn other_layers_are_typed() {
    let suggested = network(4, &[128], 3);
    assert_eq!(nodes_of(&suggested), "128");
    assert_eq!(with_nodes(&suggested, " 128 "), Ok(suggested.clone()));
    let two = with_nodes(&suggested, "64, 32").unwrap();
    assert_eq!(nodes_of(&two), "64, 32");
    assert_eq!((two.inputs, two.classes, two.seed), (4, 3, suggested.seed));
    for text in ["", "many", "64, -1", "1.5"] {
        let problem = with_nodes(&suggested, text).unwrap_err().to_string();
        assert!(problem.contains(&format!("`{text}`")), "{problem}");
    }
}

#[test]
fn a_column_that_is_left_out_does_not_come_back_by_the_recipe_of_another_table() {
    let table = |wishes: &Wishes| {
        let file = b"size,weight,kind\n1,5,a\n3,6,b\n2,9,a\n2,7,b\n";
        Table::new(Sheet::read(file, &Reading::default()).unwrap(), wishes).unwrap()
    };
    let all = table(&Wishes::default());
    let without = |column: &str| {
        let columns = [(column.to_owned(), Wish::Ignore)].into_iter().collect();
        table(&Wishes { columns, ..Wishes::default() })
    };
    let rows = [0, 1, 2, 3];
    let of_all = Preparation::learn(&all, &rows).unwrap();
    let of_size = Preparation::learn(&without("weight"), &rows).unwrap();
    assert!(table_fits(all.summary(), &of_all) && table_fits(all.summary(), &of_size));
    assert!(!table_fits(without("weight").summary(), &of_all));
    assert!(table_fits(without("weight").summary(), &of_size));
}

#[test]
fn pictures_take_the_labels_of_a_network_that_knows_their_classes() {
    let Pictures { classes, look, .. } = pictures(2, &["ant", "bee", "cat"]);
    let recipe = Recipe::Pictures { look, classes };
    let rows = pictures_by(&pictures(2, &["cat", "bee"]), &recipe).unwrap();
    assert_eq!((rows.labels, rows.classes), (vec![2, 1], 3));
    assert_eq!(pictures_by(&pictures(2, &["cat", "dog"]), &recipe), None);
    assert_eq!(pictures_by(&pictures(3, &["cat", "bee"]), &recipe), None);
}

#[test]
fn classes_without_names_are_numbers() {
    let unnamed = ClassNames::of(&made(&"a".parse().unwrap(), blueprint(8, 255)));
    assert!(!unnamed.are_known());
    assert_eq!(unnamed.name(2), "2");
    let Pictures { classes, look, .. } = pictures(2, &["ant", "bee"]);
    let recipe = Recipe::Pictures { look, classes }.encode().unwrap();
    let named = Blueprint { recipe, ..blueprint(8, 0) };
    let names = ClassNames::of(&made(&"a".parse().unwrap(), named));
    assert_eq!((names.name(1), names.name(7)), ("bee".to_owned(), "7".to_owned()));
}
