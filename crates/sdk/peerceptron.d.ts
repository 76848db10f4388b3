/** What a failed call throws or rejects with. */
export interface PeerceptronError extends Error {
  /** Stable: match on this. The message is for people. */
  code: string;
}

export interface DeviceOptions {
  /** How many workers share the work, to the same bits: 1 or 2. As the device's cores allow unless given. */
  workers?: number;
}

export interface JoinOptions {
  /** What others in the room see; at most 32 characters. */
  device_name?: string;
  /** Whether to connect to everyone in the room (the default), or only when told to. */
  connect?: "everyone" | "by_hand";
}

export interface Room {
  room_id: string;
  /** Whoever opens it is in the room. The part behind `#` is the room's secret, which no server ever sees. */
  invitation_link: string;
}

export interface Capabilities {
  /** 0 if unknown. */
  logical_cores: number;
  /** Measured while training; 0 if not measured yet. */
  samples_per_second: number;
}

export interface DiscoveredPeer {
  /** The device's Ed25519 public key, 64 hexadecimal digits. */
  peer_id: string;
  /** The device's name. */
  device_id: string;
  capabilities: Capabilities;
  connected: boolean;
}

export interface ConnectionStats {
  peer_id: string;
  state: "discovered" | "offering" | "answering" | "connecting" | "open" | "restarting";
  /** How packets travel; null until a path is selected. */
  path: "direct" | "relayed" | null;
  /** Newest round trip on the `control` channel. */
  round_trip_ms: number | null;
  sent_bytes: number;
  received_bytes: number;
  /** Bytes that wait in each channel's send buffer. */
  buffered_bytes: { control: number; bulk: number };
  /** Why the last connection or attempt ended. */
  problem: string | null;
}

export interface NetworkSpec {
  /** Values in one input. */
  inputs: number;
  /** Nodes of each layer, from the input upwards. */
  layers: (number | { nodes: number; timer?: number })[];
  /** Classes that the network tells apart. */
  classes: number;
  /** After how many silent samples a node is forced; sets the firing rate (about 10 % at 4, the default). */
  timer?: number;
  /** Decides the first weights; devices that train together need the same one. 1 unless given. */
  seed?: number;
}

export interface CreatedCluster {
  cluster_id: string;
  /** The SHA-256 of the cluster's model. */
  model: string;
  nodes: number;
  parameters: number;
}

export interface ClusterState {
  cluster_id: string;
  model: string;
  layers: {
    nodes: number;
    thresholds: Float32Array;
    /** Over the newest evaluation, 0 to 1. */
    firing_rates: Float32Array;
  }[];
  /** Multiplications that gating has saved in evaluation so far, 0 to 1. */
  operations_saved: number;
  train_rows: number;
  held_out_rows: number;
}

/** Numbers between 0 and 1 by custom; a `Uint8Array` holds grey levels, in which 255 stands for 1. */
export type Numbers = Float32Array | Float64Array | Uint8Array | Uint8ClampedArray | number[];

export interface LabelledRows {
  /** Row after row, or one array a row. */
  inputs: Numbers | Numbers[];
  /** One class a row, from 0. */
  labels: Uint8Array | Uint16Array | Uint32Array | number[];
  /** Values in a row, or their arrangement (`[28, 28]`); checked if given. */
  shape?: number | number[];
  /** Classes; those of the cluster unless given. */
  classes?: number;
}

export interface DatasetToLoad extends LabelledRows {
  /** Of each class, how many rows in a hundred are held out for evaluation: 0 to 90, 20 unless given. */
  held_out_percent?: number;
}

export interface LoadedRows {
  train_rows: number;
  held_out_rows: number;
  class_rows: number[];
}

export interface Evaluation {
  rows: number;
  correct: number;
  /** 0 to 1. */
  accuracy: number;
  /** `confusion[actual][predicted]`, in rows. */
  confusion: number[][];
  /** Part of the nodes that fired, 0 to 1. */
  firing_rate: number;
}

export interface Prediction {
  class: number;
  probability: number;
}

export interface LearningOptions {
  /** Which cluster; may be left out where there is only one. */
  cluster_id?: string;
  rounds?: number;
  /** Training steps that each member takes in a round. */
  local_steps?: number;
  /** Rows in a training step. */
  batch_rows?: number;
  learning_rate?: number;
}

export interface LearningRound {
  round: number;
  /** The SHA-256 of the round's model: the same on every member. */
  model: string;
  members: string[];
  duration_ms: number;
  sent_bytes: number;
  /** The shared network on this device's held-out rows, 0 to 1. */
  accuracy_together: number | null;
  /** The network that learnt from this device's rows only, with the same budget. */
  accuracy_alone: number | null;
}

export interface LearningSession {
  session_id: string;
  task: string;
  cluster_id: string;
  founder: string;
  running: boolean;
  ended_because: string | null;
  /** Finished rounds. */
  round: number;
  rounds: number;
  phase: "waiting" | "training" | "committed" | "revealing" | "aggregating" | "finished";
  model: string;
  members: { peer_id: string; rows: number; committed: boolean }[];
  /** How many members have signed the newest round's record. */
  signatures: number;
  history: LearningRound[];
  sent_bytes: number;
  problem: string | null;
}

export interface PeerceptronEvents {
  /** A peer has appeared in the room. */
  peer_joined: { peer_id: string };
  /** A peer has left the room. */
  peer_left: { peer_id: string };
  /** The channels to a peer are open. */
  connected: { peer_id: string };
  /** A connection is over: closed by somebody here or there, lost, or ended because the other side misbehaved. */
  disconnected: { peer_id: string; end: "closed_here" | "closed_there" | "lost" | "misbehaved"; reason: string };
  /** A text for this device has arrived and is stored. */
  message: { peer_id: string; text: string };
  /** A text has been stored by its receiver. */
  delivered: { peer_id: string; message_id: number };
  /** A learning session has begun, was joined, or is over. */
  session: { session_id: string; running: boolean; reason: string | null };
  /** A round of a learning session is finished. */
  round: { session_id: string; round: number; model: string };
  /** A measurement of the connection has come back. */
  pong: { peer_id: string; round_trip_ms: number };
  /** Bytes that measure the connection have arrived. */
  probe: { peer_id: string; size_bytes: number };
  /** Something failed that nobody is waiting for. */
  error: { code: string; message: string };
}

export interface DistributedNeuralNetwork {
  /** Calls `handler` with every event of that name. */
  on<K extends keyof PeerceptronEvents>(event: K, handler: (detail: PeerceptronEvents[K]) => void): void;
  /** Calls `handler` no longer. */
  off<K extends keyof PeerceptronEvents>(event: K, handler: (detail: PeerceptronEvents[K]) => void): void;
}
