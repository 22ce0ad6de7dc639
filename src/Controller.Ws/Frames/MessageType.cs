namespace Controller.Ws.Frames;

/// <summary>The <c>type</c> of a frame (websocket 5.1).</summary>
public enum MessageType : byte
{
    /// <summary>Exec: bytes typed by the user.</summary>
    Stdin = 0,

    /// <summary>Exec: output of the program.</summary>
    Stdout = 1,

    /// <summary>Exec: error output of the program, and notices of the Controller.</summary>
    Stderr = 2,

    /// <summary>Exec: a word between user and agent, such as <c>keepalive</c>.</summary>
    Control = 3,

    /// <summary>Exec: the sender ends the session.</summary>
    Close = 4,

    /// <summary>Exec: the Controller announces the session.</summary>
    Activation = 5,

    /// <summary>Log: one line or piece, and notices of the Controller.</summary>
    LogLine = 6,

    /// <summary>Log: the stream begins, with its tail settings.</summary>
    LogStart = 7,

    /// <summary>Log: the stream is over.</summary>
    LogStop = 8,

    /// <summary>Log: something went wrong, lines may be missing.</summary>
    LogError = 9,
}
