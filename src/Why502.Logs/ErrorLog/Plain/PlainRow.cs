namespace Why502.Logs;

/// <summary>A plain record on its way into the fold.</summary>
internal struct PlainRow
{
    public PlainRecord Record;
    public DateTime Time;

    /// <summary>The numbers of message, server and upstream, of which no text shares one with another; negative when one of them is unknown.</summary>
    public int Body;
    public int Server;
    public int Upstream;

    /// <summary>Where the record's kind is kept, if it still is.</summary>
    public int Place;
}
