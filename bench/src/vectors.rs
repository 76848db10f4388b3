//! Vectors that searches are measured with: seeded, the same everywhere.

/// Numbers of a vector.
pub const DIMENSIONS: usize = 256;

/// What vectors are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Two thousand groups of uneven sizes, each stretched along sixteen directions, which groups share.
    Groups,
    /// A smooth curved surface of 32 dimensions, without groups.
    Surface,
    /// Spread evenly over the sphere: nothing to learn, the hardest case.
    Sphere,
}

/// All of them, in the order of their numbers.
pub const KINDS: [Kind; 3] = [Kind::Groups, Kind::Surface, Kind::Sphere];

const GROUPS: usize = 2_000;
const DIRECTIONS: usize = 96;
const DIRECTIONS_PER_GROUP: usize = 16;
const SURFACE_DIMENSIONS: usize = 32;
const SURFACE_WAVES: usize = 128;

/// So many vectors of length 1, one after the other. Those of the same kind with different seeds come from the same groups
/// or surface.
pub fn vectors(kind: Kind, seed: u64, count: usize) -> Vec<f32> {
    let mut shape = Numbers(7);
    let mut numbers = Numbers(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut all = Vec::with_capacity(count * DIMENSIONS);
    match kind {
        Kind::Groups => {
            let centres = shape.normals(GROUPS * DIMENSIONS);
            let directions = shape.normals(DIRECTIONS * DIMENSIONS);
            for _ in 0..count {
                let share = numbers.uniform() * numbers.uniform();
                let group = (share * GROUPS as f32) as usize;
                let mut vector = centres[group * DIMENSIONS..][..DIMENSIONS].to_vec();
                let mut own = Numbers(group as u64);
                for _ in 0..DIRECTIONS_PER_GROUP {
                    let direction = (own.next() % DIRECTIONS as u64) as usize;
                    let stretch = 0.25 * numbers.normal();
                    add(&mut vector, &directions[direction * DIMENSIONS..][..DIMENSIONS], stretch);
                }
                let noise = numbers.normals(DIMENSIONS);
                add(&mut vector, &noise, 0.2);
                push_unit(&mut all, &vector);
            }
        }
        Kind::Surface => {
            let waves = shape.normals(SURFACE_WAVES * SURFACE_DIMENSIONS);
            let directions = shape.normals(SURFACE_WAVES * DIMENSIONS);
            for _ in 0..count {
                let place = numbers.normals(SURFACE_DIMENSIONS);
                let mut vector = vec![0.0; DIMENSIONS];
                for (wave, direction) in
                    waves.chunks(SURFACE_DIMENSIONS).zip(directions.chunks(DIMENSIONS))
                {
                    let height: f32 = wave.iter().zip(&place).map(|(a, b)| a * b).sum();
                    // Between -1 and 1, smooth, and the same bits everywhere.
                    add(&mut vector, direction, height / (1.0 + height * height).sqrt());
                }
                push_unit(&mut all, &vector);
            }
        }
        Kind::Sphere => {
            for _ in 0..count {
                let vector = numbers.normals(DIMENSIONS);
                push_unit(&mut all, &vector);
            }
        }
    }
    all
}

fn add(to: &mut [f32], other: &[f32], factor: f32) {
    for (value, other) in to.iter_mut().zip(other) {
        *value += factor * other;
    }
}

fn push_unit(all: &mut Vec<f32>, vector: &[f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    all.extend(vector.iter().map(|value| value / length));
}

/// Numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From 0 to below 1.
    fn uniform(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Of mean 0 and variance 1, nearly normal: the sum of four uniform numbers.
    fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
        (sum as f32 / 65_536.0 - 2.0) * 1.732_050_8
    }

    fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.normal()).collect()
    }
}
