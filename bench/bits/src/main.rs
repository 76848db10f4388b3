//! Compares the last bits of seeded trainings with what they must be.

use bits::TRAININGS;

fn main() -> Result<(), String> {
    for training in TRAININGS {
        let (name, hash) = (training.name, training.hash());
        println!("{hash}  {name}");
        if hash != training.expected {
            return Err(format!("{name}: {} was expected", training.expected));
        }
    }
    Ok(())
}
