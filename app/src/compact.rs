//! Parts of views whose code the page holds once, however often they are used.
//!
//! Every closure is a type of its own, and a view compiles some three kilobytes of code for each type: to build it, to bring
//! it to life, to redraw it. Behind these functions all closures that give the same are one type. Without them the page
//! that people wait for would be a twelfth larger.

use core::{
    any::Any,
    hash::{Hash, Hasher},
};
use leptos::{children::ChildrenFn, ev::Event, prelude::*};
use std::sync::{Arc, Mutex};

/// Something that is redrawn when what it reads has changed.
pub type Live<T> = Arc<Mutex<dyn FnMut() -> T + Send>>;

/// What handles an event.
pub type Handler<E> = Box<dyn FnMut(E)>;

/// What a view shows: a text, an attribute's value, another view.
pub fn live<T: 'static>(give: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Arc::new(Mutex::new(give))
}

/// What is done at an event.
pub fn on<E: 'static>(handle: impl FnMut(E) + 'static) -> Handler<E> {
    Box::new(handle)
}

/// What is done with what a person types or chooses.
pub fn entered(mut take: impl FnMut(String) + 'static) -> Handler<Event> {
    on(move |event| take(event_target_value(&event)))
}

/// Does something now and whenever what it reads has changed. In the browser only.
pub fn follow(act: impl FnMut() + 'static) {
    fn follow_one_type(mut act: Box<dyn FnMut()>) {
        Effect::new(move |_: Option<()>| act());
    }
    follow_one_type(Box::new(act));
}

/// Takes a view's own type away.
pub trait Erase {
    /// The same in the one type of all views.
    type Erased;

    /// Makes it that.
    fn erased(self) -> Self::Erased;
}

impl<V: IntoView + 'static> Erase for View<V> {
    type Erased = AnyView;

    /// An element is the same type wherever it stands, without the wrapping of a whole view.
    fn erased(self) -> AnyView {
        self.into_inner().into_any()
    }
}

impl Erase for AnyView {
    type Erased = Self;

    fn erased(self) -> Self {
        self
    }
}

impl<V: Erase> Erase for Option<V> {
    type Erased = Option<V::Erased>;

    fn erased(self) -> Option<V::Erased> {
        self.map(Erase::erased)
    }
}

/// Views in a row.
pub trait CollectAny {
    /// Makes them views of the type that all views share.
    fn collect_any(self) -> Vec<AnyView>;
}

impl<I: Iterator<Item: Erase<Erased = AnyView>>> CollectAny for I {
    fn collect_any(self) -> Vec<AnyView> {
        self.map(Erase::erased).collect()
    }
}

/// Shows its children while a condition holds.
#[component]
pub fn Shown(
    /// The condition.
    when: impl Fn() -> bool + Send + Sync + 'static,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    shown_while(Box::new(when), children)
}

fn shown_while(when: Box<dyn Fn() -> bool + Send + Sync>, children: ChildrenFn) -> AnyView {
    let holds = ArcMemo::new(move |_| when());
    live(move || holds.get().then(|| children())).into_any()
}

/// Shows each of a list's items; those that stay in the list are not drawn anew.
#[component]
pub fn Each<T, K, I, V>(
    /// The items.
    each: impl Fn() -> I + Send + 'static,
    /// What tells items apart.
    key: impl Fn(&T) -> K + Send + 'static,
    /// What is shown of an item.
    children: impl Fn(T) -> V + Clone + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    K: Eq + Hash + Send + Sync + 'static,
    I: IntoIterator<Item = T> + 'static,
    V: IntoView + 'static,
{
    let item = move |item: T| {
        let (key, children) = (Key(Arc::new(key(&item))), children.clone());
        Item { key, view: Box::new(move || children(item).into_any()) }
    };
    all_items(Box::new(move || each().into_iter().map(&item).collect()))
}

struct Item {
    key: Key,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

fn all_items(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    let shown = |item: Item| (item.view)();
    view! { <For each=items key=|item| item.key.clone() children=shown /> }.into_any()
}

/// A key of any type.
#[derive(Clone)]
struct Key(Arc<dyn AnyKey>);

trait AnyKey: Any + Send + Sync {
    fn is(&self, other: &dyn AnyKey) -> bool;
    fn hash_into(&self, hasher: &mut dyn Hasher);
}

impl<K: Eq + Hash + Send + Sync + 'static> AnyKey for K {
    fn is(&self, other: &dyn AnyKey) -> bool {
        (other as &dyn Any).downcast_ref() == Some(self)
    }

    fn hash_into(&self, mut hasher: &mut dyn Hasher) {
        self.hash(&mut hasher);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&*other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash_into(hasher);
    }
}
