//! What survives a reload: every block that counts by its height, this device's orders, and whether it keeps the books.

use crate::{Books, MessageBytes, account::encode_orders};
use ledger::{BLOCK_BYTES_MAX, Block, Moved, Order};
use protocol::encoding::{decode, encode};
use serde::{Deserialize, Serialize};
use units::PeerId;

const SETTING: &str = "setting";
const ORDERS: &str = "orders";
const BLOCK_PREFIX: &str = "block/";

/// The orders of one device: as many as a pool holds of one.
const ORDERS_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Setting {
    founder: PeerId,
    keeps: bool,
}

impl Books {
    /// Takes up what is stored. What cannot be read, or follows from what cannot, is left out: others have it.
    pub(crate) fn restore(&mut self, records: Vec<(String, Vec<u8>)>) {
        let find = |wanted: &str| records.iter().find(|(name, _)| name == wanted);
        let setting = find(SETTING).and_then(|(_, bytes)| decode("setting", bytes, 64).ok());
        let Some(Setting { founder, keeps }) = setting else { return };
        if !self.room.is_founded_by(founder) {
            return;
        }
        self.begin(founder);
        self.mining.keeps = keeps;
        let mut blocks: Vec<(&String, &Vec<u8>)> = records
            .iter()
            .filter(|(name, bytes)| {
                name.starts_with(BLOCK_PREFIX) && bytes.len() <= BLOCK_BYTES_MAX
            })
            .map(|(name, bytes)| (name, bytes))
            .collect();
        blocks.sort_unstable();
        let blocks = blocks.into_iter().map_while(|(_, bytes)| Block::decode(bytes).ok());
        if let Some(chain) = &mut self.chain {
            let _ = chain.restore(blocks);
        }
        let orders =
            find(ORDERS).and_then(|(_, bytes)| decode("orders", bytes, ORDERS_BYTES_MAX).ok());
        self.restore_orders(orders.unwrap_or_else(Vec::<Order>::new));
    }

    pub(crate) fn store_setting(&mut self) {
        let Some(chain) = &self.chain else { return };
        let setting = Setting { founder: chain.genesis().founder, keeps: self.mining.keeps };
        self.store(SETTING.to_owned(), Some(encode(&setting)));
    }

    pub(crate) fn store_orders(&mut self) {
        let orders = encode_orders(self.account.waiting());
        self.store(ORDERS.to_owned(), Some(orders));
    }

    pub(crate) fn store_moved(&mut self, moved: &Moved) {
        let Some(chain) = &self.chain else { return };
        let height = |name| chain.header(name).map_or(0, |header| header.height);
        let undone = moved.undone.iter().map(height).filter(|it| *it > chain.height());
        let deleted = undone.map(|height| (block_name(height), None));
        let written = moved
            .done
            .iter()
            .filter_map(|name| Some((block_name(height(name)), Some(chain.block(name)?.encode()))));
        for (name, bytes) in deleted.chain(written).collect::<Vec<_>>() {
            self.store(name, bytes);
        }
    }

    fn store(&mut self, name: String, bytes: Option<Vec<u8>>) {
        self.outcome.records.push((name, bytes.map(MessageBytes)));
    }
}

/// In the order of heights.
fn block_name(height: u32) -> String {
    format!("{BLOCK_PREFIX}{height:08x}")
}
