//! A device's records, all of them at once: the page reads and writes them one by one.

use crate::file::describe;
use idb::{Database, Factory, Query, Transaction, TransactionMode, TransactionResult};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use peer::places::{DATABASE_VERSION, RECORDS_STORE, database_name};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbDatabase;

/// Says that the log of a copy is still to be put in its place, and which. No record of the engine begins like this.
const BEGUN: &str = "host/copy_begun";

/// All records.
pub(crate) async fn read(device: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let database = open(device).await?;
    let read = read_all(&database).await.map_err(failed);
    database.close();
    let mut records = read?;
    records.retain(|(key, _)| key != BEGUN);
    Ok(records)
}

/// Puts `records` in the place of all that are there, as a whole or not at all, and notes that the log of `copy` is to follow.
pub(crate) async fn replace(
    device: &str,
    records: &[(String, Vec<u8>)],
    copy: &[u8],
) -> Result<(), String> {
    let database = open(device).await?;
    let (transaction, database) = begin_strictly(database)?;
    let put = || -> Result<(), idb::Error> {
        let store = transaction.object_store(RECORDS_STORE)?;
        store.clear()?;
        let put = |key: &str, value: &[u8]| {
            store.put(&Uint8Array::from(value).into(), Some(&key.into())).map(drop)
        };
        records.iter().try_for_each(|(key, value)| put(key, value))?;
        put(BEGUN, copy)
    };
    let asked = put();
    if let Err(problem) = asked {
        // What was asked for before goes with it.
        let _ = transaction.abort();
        database.close();
        return Err(failed(problem));
    }
    let ended = end(transaction).await;
    database.close();
    ended
}

/// The copy whose log is to follow, if there is one.
pub(crate) async fn begun(device: &str) -> Result<Option<Vec<u8>>, String> {
    let database = open(device).await?;
    let read = async {
        let transaction = database.transaction(&[RECORDS_STORE], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(RECORDS_STORE)?;
        store.get(Query::Key(BEGUN.into()))?.await
    };
    let read = read.await.map_err(failed);
    database.close();
    Ok(read?.map(|value| bytes(&value)))
}

/// The log has followed.
pub(crate) async fn end_begun(device: &str) -> Result<(), String> {
    let database = open(device).await?;
    let (transaction, database) = begin_strictly(database)?;
    let asked = transaction
        .object_store(RECORDS_STORE)
        .and_then(|store| store.delete(Query::Key(BEGUN.into())).map(drop));
    let ended = match asked {
        Ok(()) => end(transaction).await,
        Err(problem) => Err(failed(problem)),
    };
    database.close();
    ended
}

async fn open(device: &str) -> Result<Database, String> {
    let open = async {
        // The page has made it: without one of this version there is nothing to copy, and nothing to become another.
        Factory::new()?.open(&database_name(device), Some(DATABASE_VERSION))?.await
    };
    open.await.map_err(failed)
}

async fn read_all(database: &Database) -> Result<Vec<(String, Vec<u8>)>, idb::Error> {
    let transaction = database.transaction(&[RECORDS_STORE], TransactionMode::ReadOnly)?;
    let store = transaction.object_store(RECORDS_STORE)?;
    // Both requests are made before either is waited for: a transaction ends when nothing is asked of it.
    let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
    let (keys, values) = futures::try_join!(keys.into_future(), values.into_future())?;
    let record = |(key, value): (&JsValue, &JsValue)| Some((key.as_string()?, bytes(value)));
    Ok(keys.iter().zip(&values).filter_map(record).collect())
}

fn bytes(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

/// A transaction that counts as ended once it is on the disk: the log that follows must not be there before it.
fn begin_strictly(database: Database) -> Result<(Transaction, Database), String> {
    let database = IdbDatabase::from(database);
    let begin = || -> Result<JsValue, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let method: Function = Reflect::get(&database, &"transaction".into())?.dyn_into()?;
        let stores = Array::of1(&RECORDS_STORE.into());
        method.call3(&database, &stores, &"readwrite".into(), &options)
    };
    let transaction = begin().map_err(|thrown| describe(&thrown))?;
    let transaction = Transaction::try_from(transaction).map_err(failed)?;
    Ok((transaction, database.into()))
}

async fn end(transaction: Transaction) -> Result<(), String> {
    match transaction.await {
        Ok(TransactionResult::Committed) => Ok(()),
        Ok(TransactionResult::Aborted) => {
            Err("the browser gave up the write; its storage may be full".to_owned())
        }
        Err(problem) => Err(failed(problem)),
    }
}

fn failed(problem: idb::Error) -> String {
    match problem {
        idb::Error::DomException(exception) => describe(&exception),
        problem => format!("the browser’s storage failed: {problem}"),
    }
}
