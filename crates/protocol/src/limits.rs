//! The largest values anyone may send, in one place. Each comment says what the limit protects.

/// One signaling message on the wire: the server's memory per connection.
pub const SIGNALING_MESSAGE_BYTES_MAX: usize = 16 * 1024;

/// A session description inside an envelope; browsers make about 600 bytes for data channels alone.
pub const SDP_BYTES_MAX: usize = 8 * 1024;

/// One ICE candidate line.
pub const CANDIDATE_BYTES_MAX: usize = 1024;

/// A device's name: what fits on a phone, and too little to carry data past the server.
pub const DEVICE_NAME_CHARS_MAX: usize = 32;

/// Peers in one room, unless the server's operator allows fewer: the server's memory for it.
pub const ROOM_PEERS_MAX: usize = 2_048;

/// Peers that one device knows of at a time, and that one message tells of: the length of a `peers` answer (under 16 KiB
/// with capabilities), and the engine's work where it looks through all of them.
pub const KNOWN_PEERS_MAX: usize = 32;

/// What one rumour says: it travels in one control message with its signature.
pub const RUMOUR_BYTES_MAX: usize = 60 * 1024;

/// Devices that a rumour passes on its way: it ends even if every device has forgotten that it has seen it.
pub const RUMOUR_HOPS_MAX: u8 = 32;

/// Rumours that one message announces.
pub const RUMOUR_IDS_MAX: usize = 64;

/// Devices that a walk passes: what one message can make others send. Some six steps at eight neighbours a device end
/// anywhere among thousands.
pub const WALK_HOPS_MAX: u8 = 6;

/// Peers that one end of a walk tells the other of.
pub const WALK_PEERS_MAX: usize = 6;

/// One message on the `control` channel: the engine's work per input.
pub const CONTROL_MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// A letter between a lender and its borrower that travels in one control message.
pub const LETTER_BYTES_MAX: usize = 8 * 1024;

/// What one message says of the room's ledger: it travels in one control message, or one rumour.
pub const LEDGER_MESSAGE_BYTES_MAX: usize = 56 * 1024;

/// What one message says of what devices remember: a capsule.
pub const MEMORY_MESSAGE_BYTES_MAX: usize = 56 * 1024;

/// A text message to peers: a page of writing.
pub const TEXT_BYTES_MAX: usize = 4096;

/// One frame on the `bulk` channel. Larger ones wait longer behind each other, and browsers differ on what they take.
pub const BULK_FRAME_BYTES_MAX: usize = 64 * 1024;

/// A whole value on the `bulk` channel: the memory one link can claim while a value arrives. The largest model fits
/// ([`NETWORK_PARAMETERS_MAX`]).
pub const BULK_VALUE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Members whose updates enter one round: the length of a round record, and the weight that a record can claim.
pub const ROUND_MEMBERS_MAX: usize = 32;

/// A member's public keys for a round of masked sums.
pub const MASK_KEYS_BYTES_MAX: usize = 128;

/// What a member of a round of masked sums deals to its group: all members keep it of all.
pub const DEALT_BYTES_MAX: usize = 4 * 1024;

/// What a member hands out so that masks come off a sum.
pub const UNMASK_BYTES_MAX: usize = 1024;

/// Inputs of a network: rows of a picture of 256 x 256, or a wide table. Also what a temporal layer is given at once: the
/// memory that its traces take for each sample of a batch.
pub const NETWORK_INPUTS_MAX: usize = 65_536;

/// Layers of a network.
pub const NETWORK_LAYERS_MAX: usize = 8;

/// Nodes of one layer.
pub const LAYER_NODES_MAX: usize = 8_192;

/// Classes a network tells apart.
pub const NETWORK_CLASSES_MAX: usize = 1_024;

/// Parameters of a network: the memory a description alone can make a device allocate. A model, of at most eight bytes a
/// parameter, is a value that travels whole.
pub const NETWORK_PARAMETERS_MAX: usize = 4_000_000;

/// Numbers that one input leads to, parameters and traces, where a layer below a temporal one is at work at every frame:
/// the time that a description alone can make a device spend on one input.
pub const NETWORK_VISITS_MAX: usize = 64_000_000;

/// What a session trains, in a person's words.
pub const TASK_CHARS_MAX: usize = 80;

/// Rounds of one session.
pub const SESSION_ROUNDS_MAX: u32 = 10_000;

/// Local training steps in one round.
pub const LOCAL_STEPS_MAX: u32 = 10_000;

/// Rows in one training step.
pub const BATCH_ROWS_MAX: u32 = 4_096;

/// Values of all rows in one training step, in every layer: the memory of a step, at most some 30 bytes each.
pub const BATCH_VALUES_MAX: u64 = 1 << 24;

/// Samples of one round times what each visits: how long one proposal can keep a device's worker busy, some minutes.
pub const ROUND_WORK_MAX: u64 = 100_000_000_000;

/// What a proposal says of how inputs are made: it travels in one control message.
pub const PROPOSAL_RECIPE_BYTES_MAX: usize = 32 * 1024;

/// Parts of a split network that are on other devices, and parts that a device carries for others: the length of lists
/// that both keep.
pub const SPLIT_PARTS_MAX: usize = 16;

/// Events, or errors, of one batch between the devices of a split network: they travel in one control message.
pub const ACTIVATION_BYTES_MAX: usize = 60 * 1024;

/// Parameters that a device carries for others, in all: about 16 bytes each, and as much again for what it remembers of batches.
pub const CARRIED_PARAMETERS_MAX: u64 = 4_000_000;

/// Nodes that a device carries for others, whatever its owner says: the work of one batch.
pub const NODES_FOR_OTHERS_MAX: u32 = 16_384;

/// Batches of one training of a split network.
pub const SPLIT_STEPS_MAX: u32 = 1_000_000;
