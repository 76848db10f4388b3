use super::*;
use crate::{Ignored, Reading};

fn table(file: &str) -> Result<Table, TableError> {
    told(file, &Wishes::default())
}

fn told(file: &str, wishes: &Wishes) -> Result<Table, TableError> {
    Table::new(Sheet::read(file.as_bytes(), &Reading::default()).unwrap(), wishes)
}

fn kinds(file: &str) -> Vec<ColumnKind> {
    table(file).unwrap().summary().columns.iter().map(|column| column.kind).collect()
}

fn labelled_as(label: &str) -> Wishes {
    Wishes { label: Some(label.to_owned()), ..Wishes::default() }
}

#[test]
fn columns_are_told_apart_and_what_is_left_out_says_why() {
    let file = "id,name,size,colour,fresh,empty,same,kind\n\
                1,ann,1.5,red,yes,,x,a\n\
                2,bob,2,blue,no,,x,b\n\
                3,cid,NA,red,yes,?,x,a\n\
                4,dan,1e3,,no,-,x,b\n";
    use ColumnKind::{Category, Label, Number, YesOrNo};
    let left_out = ColumnKind::Ignored;
    assert_eq!(
        kinds(file),
        [
            left_out(Ignored::RowNumbers),
            left_out(Ignored::AllDifferent),
            Number,
            Category,
            YesOrNo,
            left_out(Ignored::Empty),
            left_out(Ignored::Constant),
            Label
        ]
    );
    let table = table(file).unwrap();
    let summary = table.summary();
    assert_eq!(
        summary.columns.iter().map(|it| it.missing).collect::<Vec<_>>(),
        [0, 0, 1, 1, 0, 4, 0, 0]
    );
    assert_eq!((summary.columns[3].distinct, summary.rows), (2, 4));
    let reason = summary.ignored().last().unwrap();
    assert_eq!(
        (reason.0, reason.1.to_string()),
        ("same", "has the same value in every row".to_owned())
    );
}

#[test]
fn the_label_is_the_column_with_a_usual_name_or_else_the_last_with_few_values() {
    let label = |file: &str| table(file).unwrap().summary().label.clone();
    assert_eq!(label("Species,size\na,1\nb,2\n"), "Species");
    assert_eq!(label("y,size,class\n1,1,a\n2,2,b\n"), "class");
    assert_eq!(label("a,b,size\nr,p,1.5\ns,p,1.25\nr,q,3.5\ns,q,4\n"), "b");
    let points: String = (0..40).map(|y| format!("{y}.5,{},{}\n", y * y, y % 2)).collect();
    assert_eq!(label(&format!("y,x,side\n{points}")), "side");
}

#[test]
fn numbers_as_classes_are_ordered_as_numbers_and_written_in_one_way() {
    let table = table("size,class\n1,10\n2,9\n3,9.0\n5,\n").unwrap();
    let class = |name: &str, rows| ClassSummary { name: name.into(), rows };
    assert_eq!(table.summary().classes, [class("9", 2), class("10", 1)]);
    assert_eq!((table.summary().rows, table.summary().rows_without_label), (3, 1));
    assert_eq!((table.labels.as_slice(), table.labelled()), (&[1, 0, 0][..], &[0, 1, 2][..]));
}

#[test]
fn a_label_that_cannot_be_learned_says_the_way_out() {
    let problem = |file: &str| table(file).unwrap_err().to_string();
    let one = problem("size,class\n1,a\n2,a\n");
    assert!(one.contains("all rows have \"a\"") && one.contains("add rows of another"), "{one}");
    assert!(problem("size,class\n1,2\n2,2.0\n").contains("all rows have \"2\""));
    assert!(problem("size,class\n1,\n2,?\n").contains("all rows have \"nothing\""));
    let prices: String = (0..50).map(|row| format!("{},{}.5\n", row % 7, row * 3)).collect();
    let quantity = problem(&format!("rooms,target\n{prices}"));
    assert!(quantity.contains("50 different numbers: it is a quantity"), "{quantity}");
    assert!(quantity.contains("ranges such as low and high"), "{quantity}");
    let lengths: String = (0..300).map(|row| format!("{},{}.5\n", row % 7, row % 30)).collect();
    let quantity = problem(&format!("petals,label\n{lengths}"));
    assert!(quantity.contains("30 different numbers: it is a quantity"), "{quantity}");
    let mut wishes = labelled_as("label");
    wishes.columns = [("label".to_owned(), Wish::Category)].into();
    assert_eq!(
        told(&format!("petals,label\n{lengths}"), &wishes).unwrap().summary().classes.len(),
        30
    );
    let names: String = (0..50).map(|row| format!("{row},name{row}\n")).collect();
    assert!(problem(&format!("size,label\n{names}")).contains("50 different texts in 50 rows"));
    let all: String = (0..50).map(|row| format!("{row}.5,{row}.25\n")).collect();
    assert!(problem(&all).contains("none of 2 columns has few different values"));
    assert!(problem("class\na\nb\n").contains("no column is left to tell \"class\" from: 0"));
    assert!(problem("size,class\n1,a\n").contains("two classes"));
}

#[test]
fn what_a_person_says_counts() {
    let file = "code,size,kind,side\n7,1,a,x\n8,12 or so,b,x\n7,3,a,y\n8,4,b,y\n";
    let mut wishes = labelled_as("kind");
    let wish = [("code", Wish::Category), ("size", Wish::Number), ("side", Wish::Ignore)];
    wishes.columns = wish.map(|(name, wish)| (name.to_owned(), wish)).into();
    let table = told(file, &wishes).unwrap();
    let columns = &table.summary().columns;
    assert_eq!(columns[0].kind, ColumnKind::Category);
    assert_eq!((columns[1].kind, columns[1].missing), (ColumnKind::Number, 1));
    assert_eq!(columns[3].kind, ColumnKind::Ignored(Ignored::Told));
    let problem = told(file, &labelled_as("sort")).unwrap_err().to_string();
    assert_eq!(problem, "there is no column \"sort\"; the columns are code, size, kind, side");
}

#[test]
fn classes_are_split_alike() {
    let file: String =
        (0..30).map(|row| format!("{row}.5,{}\n", ["a", "b", "c"][row % 3])).collect();
    let table = table(&file).unwrap();
    let shares = Shares { validation_percent: 20, held_out_percent: 20, seed: 0 };
    let split = table.split(&shares).unwrap();
    assert_eq!([split.train.len(), split.validation.len(), split.held_out.len()], [18, 6, 6]);
}
