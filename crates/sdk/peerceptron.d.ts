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
  /** Nodes of others that somebody at the device has agreed to carry. */
  nodes_for_others: number;
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

export interface Block {
  /** 1 is the first. */
  height: number;
  /** The hash of its header. */
  block_id: string;
  /** Who found it. */
  miner_id: string;
  transactions: number;
  /** When, in milliseconds since 1970-01-01 UTC by its miner's clock; not in what `mine_block` resolves to. */
  time?: number;
  /** In credits; not in what `mine_block` resolves to. */
  fees?: number;
}

export interface LedgerCheck {
  valid: boolean;
  blocks: number;
  transactions: number;
  /** What is wrong, as a sentence. */
  problem: string | null;
}

/** Amounts are in credits. */
export interface LedgerStats {
  founder_id: string;
  height: number;
  tip: string;
  /** Expected hashes behind the chain. */
  work: number;
  /** Expected hashes behind the next block. */
  difficulty: number;
  transactions: number;
  /** Transactions that wait to be recorded. */
  waiting: number;
  /** Blocks that are known and do not count. */
  blocks_beside: number;
  members: number;
  /** What belongs to nobody yet. */
  treasury: number;
  supply: number;
  balance: number;
  stake: number;
  /** Whether this device is a member of the room's economy. */
  member: boolean;
  keeps_books: boolean;
}

export interface TransactionProof {
  /** null if it is not recorded. */
  height: number | null;
  /** Shows it to whoever has the header of `tip`. */
  proof: Uint8Array;
  tip: string;
}

export interface NodeOffer {
  /** 1 to 512. */
  nodes: number;
  /** In credits; nothing unless given. */
  price_per_hour?: number;
  /** Per thousand events that the nodes take in, in credits; nothing unless given. */
  price_per_thousand_events?: number;
  /** What is lost if the nodes are caught cheating: 10 credits at least, and unless given. */
  stake?: number;
  /** Numbers that a node may gather from: 1 to 4,096, which it is unless given. */
  inputs_max?: number;
}

export interface FreeNodes {
  /** The offer. */
  node_id: string;
  owner_id: string;
  nodes: number;
  inputs_max: number;
  price_per_hour: number;
  price_per_thousand_events: number;
  stake: number;
  /** Its owner's, in percent of what the room's best has. */
  reputation: number;
  /** null if it is not measured. */
  round_trip_ms: number | null;
  /** Until when it stands. */
  until: number;
}

export interface NodeStats {
  offers: number;
  nodes_for_lease: number;
  cheapest_per_hour: number | null;
  loans: number;
  nodes_on_lease: number;
  /** Offers of this device. */
  own_offers: string[];
  /** Loans of which this device is the lender, and the borrower; `peer_id` is the other side. */
  lent: NodeLoan[];
  borrowed: NodeLoan[];
}

export interface NodeLoan {
  borrowing_id: string;
  peer_id: string;
  nodes: number;
  deposit: number;
  stake: number;
  until: number;
}

export interface BorrowingOptions {
  /** The cluster whose nodes go; the one that is split, or the only one, unless given. */
  cluster_id?: string;
  /**
   * So many nodes of the lowest layer stay here, and the rest of it may be lent too: lenders then see the inputs of rows, though
   * no labels. Without it, the whole lowest layer stays here, and rows with it.
   */
  keep_lowest?: number;
  /** What is bound for paying the lender; what busy nodes cost unless given. What is not owed comes back. */
  deposit?: number;
}

export interface Borrowing {
  borrowing_id: string | null;
  owner_id: string | null;
  stage: "wanted" | "ordered" | "open" | "ending" | "over";
  /** Segments of work that the lender has signed, and those that the borrower has computed again. */
  segments: number;
  audits: number;
  /** Events that the nodes took in. */
  events: number;
  /** What the borrower has signed that it owes, in credits. */
  owed: number;
}

export interface LayerSpec {
  nodes: number;
  /** After how many silent samples a node is forced; sets the firing rate (about 10 % at 4). */
  timer?: number;
  /** Above 0, the layer is temporal: it keeps so many traces of every value below it, each swinging at a speed of its own. */
  traces?: number;
}

export interface NetworkSpec {
  /** Values in one input, all its frames together. */
  inputs: number;
  /** Frames that an input consists of, one after another; 1 unless given. Above 1, the first layer must be temporal. */
  steps?: number;
  /** Layers from the input upwards; a number is that many nodes. */
  layers: (number | LayerSpec)[];
  /** Classes that the network tells apart. */
  classes: number;
  /** The timer of layers that have none of their own; 4 unless given. */
  timer?: number;
  /** Decides the first weights; devices that train together need the same one. 1 unless given. */
  seed?: number;
  /** How a table or pictures become inputs, as `inspect_dataset` found out. The cluster keeps it. */
  recipe?: Uint8Array;
}

/** A cluster that is sized to data, which are loaded at once. */
export interface SizedByData {
  dataset: DatasetToLoad;
  /** So many nodes in one layer, in place of what suits the data. */
  nodes?: number;
}

export interface CreatedCluster {
  cluster_id: string;
  /** The SHA-256 of the cluster's model. */
  model: string;
  nodes: number;
  parameters: number;
}

export interface SizedCluster extends CreatedCluster {
  /** Why the network is as large as it is, in a sentence. */
  reason: string;
  /** What may disappoint, in sentences. */
  advice: string[];
  /** Options for `start_collaborative_learning` that suit the data. */
  learning: LearningOptions;
  rows: LoadedRows;
}

export interface ImportedModel extends CreatedCluster {
  /** What became of another program's network, in a sentence; empty for a model of ours. */
  remark: string;
}

export interface ImportOptions {
  /** A cluster with rows, which show how large another program's inputs usually are: more of its answers are kept. */
  rows_of?: string;
}

export interface ClusterState {
  cluster_id: string;
  model: string;
  /** The network in words. */
  description: string;
  /** Values in one input. */
  inputs: number;
  /** Frames in one input. */
  steps: number;
  classes: number;
  nodes: number;
  parameters: number;
  /** Whether inputs consist of several frames. */
  temporal: boolean;
  /** What `load_dataset` and `predict` take beside numbers. */
  made_for: "numbers" | "table" | "pictures";
  /** The columns that `predict` needs, of a cluster for tables. */
  columns: string[] | null;
  /** A class is a place in it; null where classes are numbers. */
  class_names: string[] | null;
  layers: {
    nodes: number;
    timer: number;
    traces: number;
    temporal: boolean;
    /** Where the timer makes firing rates come to rest, 0 to 1. */
    aimed_firing_rate: number;
    thresholds: Float32Array;
    /** Over the newest evaluation, 0 to 1. */
    firing_rates: Float32Array;
    /**
     * What every node remembers of its own past in this life of the page: means of late, for a while and for long, in which a look is
     * half forgotten after one more, five and 22. Empty before the network was judged on held-out rows.
     */
    memory: {
      /** Firing rates, 0 to 1. */
      activity: NodeMeans;
      /** How large the signal was that a node would have learnt from. */
      error: NodeMeans;
      threshold: NodeMeans;
      /** What a node has sent of late, without signs, a row. */
      trace: Float32Array;
    };
  }[];
  /** Multiplications that gating has saved in evaluation so far, 0 to 1. */
  operations_saved: number;
  train_rows: number;
  held_out_rows: number;
}

/** One number a node. */
export interface NodeMeans {
  late: Float32Array;
  while: Float32Array;
  long: Float32Array;
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

/** A file of separated values. Whatever is not given is inferred. */
export interface LabelledTable {
  /** The text, or its bytes in UTF-8; at most 64 MiB. */
  csv: string | Uint8Array | Blob;
  /** The column that is to be told. */
  label?: string;
  separator?: "," | ";" | "|" | "\t";
  /** Whether the first line names the columns. */
  header?: boolean;
  /** What columns are, by their names, where they are taken for something else. */
  columns?: Record<string, "number" | "category" | "ignore">;
}

/** What can be looked at: pixels as they are, or whatever `createImageBitmap` takes. */
export type Picture = ImageData | ImageBitmap | Blob | HTMLCanvasElement | OffscreenCanvas | HTMLImageElement;

/** The square around each picture's centre is made small. */
export interface LabelledPictures {
  pictures: { image: Picture; label: string }[];
  /** Pixels along each side of a small picture: 1 to 256, or to 147 in colour; 28 unless given. */
  side?: number;
  /** Grey unless true. */
  colour?: boolean;
}

export type Dataset = LabelledRows | LabelledTable | LabelledPictures;

export type DatasetToLoad = Dataset & {
  /** Of each class, how many rows in a hundred are held out for evaluation: 0 to 90, 20 unless given. */
  held_out_percent?: number;
};

/** One input: numbers; for a cluster that was made for it, a row by its columns, or a picture. `null` is a missing value. */
export type Input = Numbers | Record<string, string | number | boolean | null> | Picture;

export interface TableColumn {
  name: string;
  kind: "number" | "yes_or_no" | "category" | "label" | "left_out";
  /** Cells without a value. */
  missing: number;
  /** Values that are different from each other. */
  distinct: number;
  left_out_because: string | null;
}

export interface Inspection {
  /** Rows that have a label. */
  rows: number;
  classes: { name: string; rows: number }[];
  /** Of a table; else null. */
  table: {
    label: string;
    separator: "comma" | "semicolon" | "tab" | "pipe";
    has_header: boolean;
    /** Rows that are left out because they have no label. */
    rows_without_label: number;
    columns: TableColumn[];
  } | null;
  /** What suits the data, for `create_cluster`. */
  network: NetworkSpec;
  /** Why, in a sentence. */
  reason: string;
  /** What may disappoint, in sentences. */
  advice: string[];
  /** Options for `start_collaborative_learning` that suit the data. */
  learning: LearningOptions;
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
  /** Of the rows and columns of `confusion`; null where classes are numbers. */
  class_names: string[] | null;
}

export interface Prediction {
  class: number;
  /** Null where classes are numbers. */
  name: string | null;
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
  /** 0.002 unless given; 0.01 where rows are private. */
  learning_rate?: number;
  /** Keeps each row of every member private, for less accuracy. */
  privacy?: PrivacyOptions;
  /**
   * Shows nobody what one device has learnt, but sums of groups: of six devices or more with `"groups"`, of three or more
   * with `"one_group"`.
   */
  masks?: "groups" | "one_group";
  /**
   * Whether this device rehearses a few of its earlier rows of classes that its rows of now lack, so that it does not forget them: true
   * unless given, until the page is left. The rows stay on this device; where rows are private, none are rehearsed.
   */
  rehearse?: boolean;
}

/** Who is in a group with whom in the running round. */
export interface MaskedGroups {
  /** Peers of each group; none before the round's leader has named them. */
  groups: string[][];
  /** Which of them is this device's. */
  own_group: number | null;
  /** How many groups of the newest round came to a sum; `null` before the first. */
  sums: number | null;
}

export interface PrivacyOptions {
  /** How much others may learn of one row in all rounds, at δ = 1e-5: 0.5 to 100, and less is stricter. */
  epsilon: number;
}

/** This device's budget: what is known of any one row is bounded by ε, but for δ. */
export interface PrivacyBudget {
  /** The ε that was agreed on for all rounds. */
  epsilon_max: number;
  delta: number;
  /** The ε that this device has spent by now. It is stored before an update is shown, and survives a reload. */
  epsilon: number;
  /** The ε after all rounds; `null` before this device's first. */
  epsilon_after: number | null;
  /** The deviation of the noise in every step, in lengths of the longest change of one row. */
  noise_multiplier: number | null;
  /** What that noise was measured to cost on the digits that ship with the site, in points of accuracy out of a hundred. */
  price_points: number | null;
  /** Why this device only looks on; `null` while its budget lets it train. */
  exhausted: string | null;
}

export interface LearningRound {
  round: number;
  /** The SHA-256 of the round's model: the same on every member. */
  model: string;
  /** Who decided which updates are in it; `null` if this device took the round up from others. */
  leader: string | null;
  /**
   * Whose updates are in it. `score` is what an update brings by itself on rows that the others hold out, in nats: the
   * median of what they signed, `null` where fewer than three have.
   */
  members: { peer_id: string; samples: number; score: number | null }[];
  duration_ms: number;
  sent_bytes: number;
  /** The shared network on this device's held-out rows, 0 to 1. */
  accuracy_together: number | null;
  /** The network that learnt from this device's rows only, with the same budget. */
  accuracy_alone: number | null;
}

/** What is still known of a round that this device saw before the page was loaded. */
export interface EarlierRound {
  round: number;
  /** How many members' updates are in it. */
  members: number;
  /** As in `LearningRound`. */
  accuracy_together: number | null;
  accuracy_alone: number | null;
}

/** The room was in parts, each of which learnt on; they met again, and this one's rounds gave way to those of another. */
export interface LineageLeft {
  /** The newest round that was left. */
  round: number;
  /** How many of the newest rounds were made apart, and count no longer; after a reload meanwhile, those seen since. */
  rounds_apart: number;
  /** The round that was taken up in its place. */
  taken_up_round: number;
  /** Members whose updates are in that round. */
  members: number;
  /** Whether this device had a part in what was left: a part of what it has learnt then goes into its next updates. */
  keeps_ours: boolean;
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
  /** Who leads the running round. */
  leader: string | null;
  /**
   * Members that contribute no longer: `two_updates` if there is proof that it promised two for one round, `harm` if by
   * what the others find on their own rows its updates did much more harm than all others.
   */
  excluded: { peer_id: string; why: "two_updates" | "harm" }[];
  /** How many members say that they arrived at the newest round's record; their promises for the next round sign it. */
  signatures: number;
  /** Rounds that this page has seen, oldest first. */
  history: LearningRound[];
  /** Those before, from earlier visits of the page, oldest first. */
  earlier: EarlierRound[];
  /** Oldest first; the newest 32 of this page's life. */
  lineages_left: LineageLeft[];
  sent_bytes: number;
  /** Whether this device sends only its largest changes for a while: the network is slow. */
  sends_little: boolean;
  /** Where rows are kept private. */
  privacy: PrivacyBudget | null;
  /** `null` where every member sees every update. */
  masks: MaskedGroups | null;
  problem: string | null;
}

export interface SplitTraining {
  /** Batches; 500 unless given. */
  steps?: number;
  /** Rows in a batch; fewer where their events would not fit a message. 32 unless given. */
  batch_rows?: number;
  /** At the first batch; it falls evenly to a tenth. 0.001 unless given. */
  learning_rate?: number;
}

export interface SplitState {
  /** The cluster of this device whose nodes are on several; null if there is none. */
  split: {
    cluster_id: string;
    /** What can be elsewhere; all else is on this device. */
    parts: {
      /** From 0 above the input. */
      layer: number;
      first_node: number;
      nodes: number;
      /** Who carries it or is about to; null for this device. */
      peer_id: string | null;
      place: "home" | "moving" | "away" | "returning";
      /** Of activations, with what the device does in between; 0 if not measured. */
      round_trip_ms: number;
      /** Batches that the device was asked to fire on, and those that went on without its answer. */
      asked: number;
      silent: number;
      sent_bytes: number;
      received_bytes: number;
      /** Its loan, if it is on lease or to be. */
      loan: Borrowing | null;
    }[];
    training: boolean;
    /** Batches of the running training that have ended, and those that are wanted. */
    steps: number;
    steps_wanted: number;
    /** The newest, on the rows that this device holds out, 0 to 1. */
    accuracy: number | null;
    gathering: boolean;
    problem: string | null;
  } | null;
  /** So many nodes of others this device carries. */
  nodes_to_carry: number;
  carried: {
    peer_id: string;
    cluster_id: string;
    layer: number;
    nodes: number;
    fired: number;
    taught: number;
    /** The loan that they are on. */
    loan: Borrowing | null;
  }[];
}

export interface RememberOptions {
  /** Up to 16 words to find it by, of up to 32 characters each. */
  tags?: string[];
  /** `personal`, unless given: sealed, for this person's devices alone. `open`: for whoever finds it. */
  privacy?: "personal" | "open";
  /**
   * What of an open text is not to be masked although it would be, as it stands there. All else that tells who somebody is
   * (see `preview_masking`) is masked before the capsule is made.
   */
  keep?: string[];
  /** What a vector is of; needed for one. */
  text?: string;
}

export interface MaskingPreview {
  /** What others would see. */
  text: string;
  /** What was found: each value, and what it is. */
  found: { value: string; kind: string }[];
}

export interface SearchOptions {
  /** A tag that a capsule must have. */
  tag?: string;
  /** Whose it must be. */
  owner?: string;
  privacy?: "personal" | "behavioural" | "open";
  kind?: "note" | "episode" | "skill";
  /** Whether connected devices are asked too: true unless given. */
  everywhere?: boolean;
  /** How long they are waited for, in milliseconds; 500 unless given, 60,000 at most. */
  wait_ms?: number;
}

export interface MemoryRecord {
  capsule_id: string;
  kind: "note" | "episode" | "skill";
  privacy: "personal" | "behavioural" | "open";
  /** The device that made it. */
  owner: string;
  /** Null where it is not on this device, or nobody has written anything. */
  text: string | null;
  /** What happened, of an episode that is on this device; what does not concern it is null. */
  event: {
    what: "new_class" | "error_corrected" | "session_ended";
    /** From 0; of an error that is gone, null for all classes together. */
    class: number | null;
    rows: number | null;
    rounds: number | null;
    /** Parts of this device's held-out rows, 0 to 1. */
    error_before: number | null;
    error_after: number | null;
    accuracy_alone: number | null;
    /** Null for a session in which nobody else took part. */
    accuracy_together: number | null;
  } | null;
  /** What the nodes are like, of a skill that is on this device. */
  skill: {
    /** Their layer, from 0 above the input. */
    layer: number;
    nodes: number;
    /** Numbers that each of them gathers. */
    inputs: number;
    /** How often they fired at each class when they were taken, 0 to 1. */
    firing_rates: number[];
  } | null;
  tags: string[];
  created_at: number;
  /** How much it mattered when it was made, 0 to 1. */
  importance: number;
  /** How far it lay from all that its owner knew, 0 to 1. */
  novelty: number;
  /** How much it counts by now: importance that fades unless it is used, 0 to 1. */
  strength: number;
  /** Capsules that it was made of. */
  sources: string[];
}

export interface FoundMemory extends MemoryRecord {
  /** By which results are ranked. */
  score: number;
  /** The cosine between the query and the capsule. */
  similarity: number;
  /** Words of the query that are in the text. */
  words: string[];
  /** That its owner's signature over all of this was checked. */
  verified: boolean;
  /** The connected device that has it; null for this one. */
  held_by: string | null;
}

export interface SkillOptions {
  /** The layer, from 0 above the input, which it is unless given. Only skills of the first one fit clusters of other devices in general. */
  layer?: number;
  /** How many of the most important nodes; 32 unless given. Fewer are kept where a capsule has no room for so many. */
  nodes?: number;
  /** As for notes; a `behavioural` skill has none. */
  tags?: string[];
  /** `personal` unless given. */
  privacy?: "personal" | "behavioural" | "open";
}

export interface SkillTrial {
  /** Rows of this device that no training has seen. */
  rows: number;
  /** How much the new nodes' readout would count, 0 to 1: what suits this device's training rows. */
  strength: number;
  accuracy_without: number;
  accuracy_with: number;
  /** Steps of training that both were then given, and what became of them. */
  trained_steps: number;
  trained_without: number;
  trained_with: number;
}

export interface SkillGraft {
  cluster_id: string;
  model: string;
  /** How many nodes were added. */
  nodes: number;
  strength: number;
}

export interface ActivityOptions {
  kind?: "note" | "episode" | "skill";
  /** Whether connected devices are asked too: true unless given. */
  everywhere?: boolean;
  /** How long they are waited for, in milliseconds; 500 unless given, 60,000 at most. */
  wait_ms?: number;
}

export interface MemoryProof {
  /** Who has registered it, first of all. */
  owner: string;
  title: string;
  registered_at: number;
  ratings: number;
  /** The mean of all ratings, 0 to 1; null without any. */
  usefulness: number | null;
  /** Whether that is who has made and signed it; null where the capsule is not on this device. */
  is_its_makers: boolean | null;
}

export interface VectorDatabaseStats {
  capsules: number;
  of_others: number;
  with_embedding: number;
  stored_bytes: number;
  /** Whether texts are found by meaning: the model comes with the first text. */
  has_model: boolean;
  /** Capsules that a consolidation has set aside, which can be undone for a day. */
  aside: number;
  tags: { tag: string; capsules: number }[];
  /** Whether the whole language model reads texts, too: see `use_whole_text_model()`. */
  whole_model: {
    state: "off" | "coming" | "failed" | "on";
    /** Texts that it has read, of those that are here. */
    read: number;
    texts: number;
    /** Why it is not used, where that has failed. */
    reason: string | null;
  };
}

export interface Consolidation {
  at: number;
  /** Capsules that say all that several others say, and of how many each was made. */
  merged: { capsule_id: string; of: number }[];
  /** Capsules that were set aside because stronger ones need the room. */
  faded: number;
  /** Capsules that an earlier consolidation had set aside, and that are gone. */
  dropped: number;
}

export interface MemoryTrends {
  /** Capsules that were made on each of the last 30 days, the newest last. */
  made_per_day: number[];
  /** The commonest of the last seven days first. */
  tags: { tag: string; last_week: number; before: number }[];
  strongest: { capsule_id: string; strength: number }[];
  /** The mean of the last seven days, 0 to 1; null if nothing was made. */
  novelty: number | null;
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
  /** A block of the room's ledger counts. */
  block: { height: number; block_id: string; miner_id: string; transactions: number };
  /** This device was paid. */
  credits: { amount: number; height: number };
  /** Nodes of a cluster are on lease, or are to be, and that has come further; `reason` says what has gone wrong. */
  borrowing: Borrowing & { cluster_id: string; part: number; node_id: string | null; reason: string };
  /** A capsule is kept on this device (`peer_id` gave it, or is null), is forgotten, or was given to `peer_id`. */
  capsule: { capsule_id: string; what: "kept" | "forgotten" | "given"; peer_id: string | null };
  /** A peer has asked this device to learn a cluster faster for a while; `urgency` is 0 to 1. */
  learning_called_for: { peer_id: string; cluster_id: string; urgency: number };
  /** Nodes are carried by another device from here on, or (`peer_id` is null) are at home again. */
  nodes_moved: { cluster_id: string; layer: number; nodes: number; peer_id: string | null; reason: string };
  /** A prediction was made without so many nodes on other devices, which did not answer in time. */
  nodes_silent: { cluster_id: string; nodes: number };
  /** A split cluster has been trained, or all of its nodes are at home again. */
  split: { cluster_id: string; what: "trained" | "gathered" };
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
