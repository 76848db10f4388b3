//! Who is linked with whom.

/// Links that a vector keeps when it has too many.
pub(super) const LINKS_KEPT: usize = 32;
/// Links that a vector can have: pruning is worth its while for several new ones at once.
const LINKS_MAX: usize = 48;
/// Vectors whose links are allocated together.
const VECTORS_PER_CHUNK: usize = 256;

/// Links of every place.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    chunks: Vec<Box<[Links]>>,
}

#[derive(Debug, Clone, Copy)]
struct Links {
    count: u32,
    to: [u32; LINKS_MAX],
}

impl Graph {
    /// None for a place that never had any.
    pub(super) fn links(&self, place: u32) -> &[u32] {
        let place = place as usize;
        self.chunks.get(place / VECTORS_PER_CHUNK).map_or(&[], |chunk| {
            let links = &chunk[place % VECTORS_PER_CHUNK];
            &links.to[..links.count as usize]
        })
    }

    /// Replaces a place's links, by at most [`LINKS_KEPT`].
    pub(super) fn set(&mut self, place: u32, to: &[u32]) {
        let links = self.find(place);
        links.count = to.len() as u32;
        links.to[..to.len()].copy_from_slice(to);
    }

    /// Adds a link unless there is no room for it.
    pub(super) fn add(&mut self, place: u32, to: u32) -> bool {
        let links = self.find(place);
        let Some(room) = links.to.get_mut(links.count as usize) else {
            return false;
        };
        *room = to;
        links.count += 1;
        true
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.chunks.len() * VECTORS_PER_CHUNK * size_of::<Links>()
    }

    fn find(&mut self, place: u32) -> &mut Links {
        let place = place as usize;
        while self.chunks.len() <= place / VECTORS_PER_CHUNK {
            let none = Links { count: 0, to: [0; LINKS_MAX] };
            self.chunks.push(vec![none; VECTORS_PER_CHUNK].into());
        }
        &mut self.chunks[place / VECTORS_PER_CHUNK][place % VECTORS_PER_CHUNK]
    }
}
