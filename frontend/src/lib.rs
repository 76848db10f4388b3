//! The browser's entry point. [`hydrate`] brings the page to life and puts this device's peer behind it; the `sdk`
//! crate's JavaScript class is on the page's `window` too. The compute worker has a module of its own.

mod builtin;
mod device;
mod panic;
mod port;

use app::{PeerPort, PortState, Problem};
use browser::{HostError, Options, WorkerScript};
use js_sys::Reflect;
use port::Port;
use sdk::{Booting, DistributedNeuralNetwork};
use std::rc::Rc;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;

/// The application's own device among those of this browser.
const DEVICE: &str = "site";

const WORKER_SCRIPT: &str = "/sdk/worker.js";

/// Brings the page that the server has drawn to life. Called once, by the script that the server puts into the page.
#[wasm_bindgen]
pub fn hydrate() {
    panic::show_panics();
    leptos::mount::hydrate_body(app::App);
    let worker = WorkerScript::At(WORKER_SCRIPT.to_owned());
    sdk::find_worker_at(worker.clone());
    let booting =
        Booting::new(Options { device_name: device::name(), worker, ..Options::new(DEVICE) });
    put_on_window(DistributedNeuralNetwork::around(booting.clone()));
    spawn_local(connect(booting));
}

async fn connect(booting: Booting) {
    let state = match booting.host().await {
        Ok(host) => {
            builtin::answer_wishes(&host);
            PortState::Ready(Rc::new(Port::new(host)) as Rc<dyn PeerPort>)
        }
        Err(error) => PortState::Failed(problem(&error)),
    };
    app::connect_peer(state);
}

fn problem(error: &HostError) -> Problem {
    let message = match error {
        // People know pages, not the names of devices.
        HostError::SecondTab { .. } => SECOND_TAB.to_owned(),
        other => other.to_string(),
    };
    Problem { code: error.code().to_owned(), message }
}

const SECOND_TAB: &str = "it is open in another tab of this browser already: use that tab, or close it and reload this one";

/// For the console, for tests, and for whoever extends the page.
fn put_on_window(network: DistributedNeuralNetwork) {
    let network = JsValue::from(network);
    let class = Reflect::get(&network, &"constructor".into()).unwrap_or_default();
    for (name, value) in [("peerceptron", &network), ("DistributedNeuralNetwork", &class)] {
        // Setting a property of a page's own window throws for nothing.
        let _ = Reflect::set(&js_sys::global(), &name.into(), value);
    }
}
