//! One tab per identity, by the Web Locks API.
//!
//! `web-sys` has the interface only behind an unstable flag, so the two calls that are needed are declared here.

use crate::{HostError, clock::window, js::describe};
use core::time::Duration;
use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        callback: &Function,
    ) -> Result<Promise, JsValue>;
}

/// A page that is being reloaded lets go of its lock a moment after its successor has started.
const TRIES: u32 = 8;
const BETWEEN_TRIES: Duration = Duration::from_millis(150);

/// The right to be a device, until it is dropped or the page goes away.
pub(crate) struct IdentityLock {
    release: Option<Function>,
}

impl IdentityLock {
    /// Takes the lock; `None` if the browser has no locks, as on a page that is not served securely.
    ///
    /// # Errors
    /// [`HostError::SecondTab`] if another tab holds it.
    pub(crate) async fn acquire(device: &str) -> Result<Option<Self>, HostError> {
        let Some(locks) = lock_manager() else { return Ok(None) };
        for attempt in 0..TRIES {
            if attempt > 0 {
                gloo_timers::future::sleep(BETWEEN_TRIES).await;
            }
            match try_acquire(&locks, &format!("peerceptron device {device}")).await {
                Ok(Some(lock)) => return Ok(Some(lock)),
                Ok(None) => {}
                // A page in a sandbox has the interface, but may not use it.
                Err(problem) => {
                    web_sys::console::warn_1(&format!("no Web Locks: {problem}").into());
                    return Ok(None);
                }
            }
        }
        Err(HostError::SecondTab { device: device.to_owned() })
    }
}

impl Drop for IdentityLock {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

fn lock_manager() -> Option<LockManager> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    locks.is_object().then(|| locks.unchecked_into())
}

/// The browser holds the lock for as long as the promise that the callback returns is pending.
async fn try_acquire(locks: &LockManager, name: &str) -> Result<Option<IdentityLock>, String> {
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let (answer, answered) = oneshot::channel();
    let callback = Closure::once(move |lock: JsValue| {
        if lock.is_null() {
            let _ = answer.send(None);
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let mut answer = Some(answer);
        Promise::new(&mut |release: Function, _| {
            if let Some(answer) = answer.take() {
                let _ = answer.send(Some(IdentityLock { release: Some(release) }));
            }
        })
    });
    let request = locks
        .request(name, &options, callback.as_ref().unchecked_ref())
        .map_err(|thrown| describe(&thrown))?;
    // The request's own promise settles when the lock is let go of, or at once if it was refused.
    let refused = async { JsFuture::from(request).await };
    futures::pin_mut!(refused);
    match futures::future::select(answered, refused).await {
        futures::future::Either::Left((answer, _)) => answer.map_err(|_| "no answer".to_owned()),
        futures::future::Either::Right((Err(thrown), _)) => Err(describe(&thrown)),
        futures::future::Either::Right((Ok(_), answered)) => {
            answered.await.map_err(|_| "no answer".to_owned())
        }
    }
}
