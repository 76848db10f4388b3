//! Files of separated values, through to rows: what is a table prepares its own rows, and its preparation reads back.
#![no_main]

use data::{Preparation, Reading, Sheet, Table, Wishes};
use libfuzzer_sys::fuzz_target;
use neural::Shares;

fuzz_target!(|bytes: &[u8]| {
    let Ok(sheet) = Sheet::read(bytes, &Reading::default()) else { return };
    let Ok(table) = Table::new(sheet, &Wishes::default()) else { return };
    let shares = Shares { validation_percent: 10, held_out_percent: 20, seed: 0 };
    let split = table.split(&shares).expect("those shares are possible");
    let Ok(preparation) = Preparation::learn(&table, &split.train) else { return };
    let encoded = preparation.encode().expect("what was learnt is small");
    assert_eq!(Preparation::decode(&encoded).as_ref(), Ok(&preparation));
    let Ok(dataset) = preparation.dataset(table.sheet()) else { return };
    assert_eq!(dataset.rows(), table.summary().rows as usize);
    assert_eq!(dataset.validate(), Ok(()));
});
