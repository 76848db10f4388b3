//! Models of other programs and our own as safetensors: what is read can be written and read again.
#![no_main]

use formats::{Imported, StartError, export, export_with_learning, import};
use libfuzzer_sys::fuzz_target;
use neural::{Dataset, Values};

fuzz_target!(|bytes: &[u8]| match import(bytes) {
    Err(_) => (),
    Ok(Imported::Own(own)) => {
        let preparation = own.preparation.as_deref();
        let file = match &own.learning {
            Some(learning) => export_with_learning(&own.model, learning, preparation),
            None => export(&own.model, formats::Format::Safetensors, preparation),
        };
        assert_eq!(file.map(|file| import(&file)), Ok(Ok(Imported::Own(own))));
    }
    Ok(Imported::Mlp(mlp)) => {
        let inputs = mlp.inputs();
        let row = Dataset {
            inputs: inputs as u32,
            classes: 2,
            values: Values::Floats(vec![0.5; inputs]),
            labels: vec![1],
        };
        assert!(matches!(mlp.start(&row, &[0]), Ok(_) | Err(StartError::Scale)));
        assert!(matches!(mlp.start_without_rows(), Ok(_) | Err(StartError::Scale)));
    }
});
