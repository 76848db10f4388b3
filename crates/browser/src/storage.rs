//! Records in IndexedDB: one database a device, one object store of key to bytes.
//!
//! Records carry their own checksums (the engine's business); here they are bytes. IndexedDB carries transactions on one
//! object store out in the order of their creation, which keeps the writes to a key in order.

use core::{future::Future, pin::Pin, time::Duration};
use futures::future::{Either, select};
use gloo_timers::future::sleep;
use idb::{
    Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode, TransactionResult,
};
use js_sys::Uint8Array;
use peer::{
    StoredRecord,
    places::{DATABASE_VERSION, RECORDS_STORE, database_name},
};
use wasm_bindgen::{JsCast, JsValue};

/// Some private windows never answer a request to open a database.
const OPEN_MAX: Duration = Duration::from_secs(10);

/// What a write comes to: `Err` holds a sentence for people.
pub(crate) type Written = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// Where records are kept.
pub(crate) enum Storage {
    /// On the device.
    Database(Database),
    /// Nowhere: the browser gives no storage, which the user has been told. Writes succeed, and are lost with the page.
    Nowhere,
}

impl Storage {
    /// Opens the database of `device` and reads all its records.
    ///
    /// # Errors
    /// A sentence, if the browser gives no storage.
    pub(crate) async fn open(device: &str) -> Result<(Self, Vec<StoredRecord>), String> {
        let opened = core::pin::pin!(open_and_read(device));
        match select(opened, core::pin::pin!(sleep(OPEN_MAX))).await {
            Either::Left((opened, _)) => {
                let (database, records) = opened.map_err(|error| error.to_string())?;
                Ok((Self::Database(database), records))
            }
            Either::Right(((), _)) => Err("the database did not open in time".to_owned()),
        }
    }

    /// Starts to write a record, or to delete it. The order of calls is the order of writes.
    pub(crate) fn write(&self, key: &str, value: Option<Vec<u8>>) -> Written {
        let Self::Database(database) = self else { return Box::pin(async { Ok(()) }) };
        let transaction = match begin_write(database, key, value) {
            Ok(transaction) => transaction.into_future(),
            Err(error) => return Box::pin(async move { Err(failed(&error)) }),
        };
        Box::pin(async move {
            match transaction.await {
                Ok(TransactionResult::Committed) => Ok(()),
                Ok(TransactionResult::Aborted) => {
                    Err("the browser gave up the write; its storage may be full".to_owned())
                }
                Err(error) => Err(failed(&error)),
            }
        })
    }

    /// Lets go of the database once its writes are done.
    pub(crate) fn close(&self) {
        if let Self::Database(database) = self {
            database.close();
        }
    }
}

async fn open_and_read(device: &str) -> Result<(Database, Vec<StoredRecord>), idb::Error> {
    let mut request = Factory::new()?.open(&database_name(device), Some(DATABASE_VERSION))?;
    request.on_upgrade_needed(|event| {
        // A failure shows itself when the store is opened.
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(RECORDS_STORE, ObjectStoreParams::new());
        }
    });
    let database = request.await?;
    let transaction = database.transaction(&[RECORDS_STORE], TransactionMode::ReadOnly)?;
    let store = transaction.object_store(RECORDS_STORE)?;
    // Both requests are made before either is waited for: a transaction ends when nothing is asked of it.
    let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
    let (keys, values) = futures::try_join!(keys.into_future(), values.into_future())?;
    let records = keys.iter().zip(&values).filter_map(|(key, value)| record(key, value)).collect();
    Ok((database, records))
}

/// Anything but bytes becomes an empty record, which the engine reports as damaged.
fn record(key: &JsValue, value: &JsValue) -> Option<StoredRecord> {
    let value = value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default();
    Some(StoredRecord { key: key.as_string()?, value })
}

fn begin_write(
    database: &Database,
    key: &str,
    value: Option<Vec<u8>>,
) -> Result<idb::Transaction, idb::Error> {
    let transaction = database.transaction(&[RECORDS_STORE], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(RECORDS_STORE)?;
    let key = JsValue::from(key);
    match value {
        Some(bytes) => {
            store.put(&Uint8Array::from(&bytes[..]).into(), Some(&key))?;
        }
        None => {
            store.delete(idb::Query::Key(key))?;
        }
    }
    Ok(transaction)
}

fn failed(error: &idb::Error) -> String {
    match error {
        idb::Error::DomException(exception) if exception.name() == "QuotaExceededError" => {
            "the browser's storage for this site is full: free some space on this device".to_owned()
        }
        error => format!("the browser refused the write: {error}"),
    }
}
