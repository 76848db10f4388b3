//! The whole model of texts, asked for by a page.

use crate::{argument::is_missing, failure::Failure, ledger_views::unexpected, memory::ask_for};
use browser::Host;
use core::{pin::pin, time::Duration};
use futures::{
    StreamExt,
    future::{Either, select},
};
use gloo_timers::future::sleep;
use memory::{
    call::{Call, Reply, WholeModel},
    library::News,
};
use wasm_bindgen::JsValue;

/// How long nothing may come of the model.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Has texts read by it, or not any more. Resolves once that is so: what is here is read after that.
pub(crate) async fn use_it(host: &Host, is_wanted: &JsValue) -> Result<JsValue, Failure> {
    let is_wanted = match is_missing(is_wanted) {
        true => true,
        false => is_wanted.as_bool().ok_or_else(|| {
            Failure::invalid("whether texts are read by the whole model is true or false")
        })?,
    };
    let mut news = host.memory_news();
    let Reply::Done = ask_for(host, Call::UseWholeModel(is_wanted)).await? else {
        return Err(unexpected());
    };
    loop {
        let told = match select(news.next(), pin!(sleep(SILENCE_MAX))).await {
            Either::Left((told, _)) => told,
            Either::Right(_) => None,
        };
        let bytes =
            told.ok_or_else(|| failure("nothing has come of it for a minute: try again"))?;
        for told in News::decode_all(&bytes).into_iter().flatten() {
            match told {
                News::WholeModel(WholeModel::On { .. }) if is_wanted => {
                    return Ok(JsValue::UNDEFINED);
                }
                News::WholeModel(WholeModel::Off) => {
                    return match is_wanted {
                        true => Err(failure("it was switched off meanwhile")),
                        false => Ok(JsValue::UNDEFINED),
                    };
                }
                News::WholeModel(WholeModel::Failed { reason }) => return Err(failure(&reason)),
                _ => {}
            }
        }
    }
}

fn failure(reason: &str) -> Failure {
    let message = format!("the whole model of texts is not used: {reason}");
    Failure { code: "whole_model".to_owned(), message }
}
