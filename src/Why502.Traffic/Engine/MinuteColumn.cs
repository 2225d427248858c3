namespace Why502.Traffic.Engine;

/// <summary>What is counted per minute.</summary>
internal static class MinuteColumn
{
    public const int Rows = 0;
    public const int Success = 1;
    public const int Redirect = 2;
    public const int ClientError = 3;
    public const int Abandoned = 4;
    public const int ServerError = 5;
    public const int BadGateway = 6;
    public const int Unavailable = 7;
    public const int GatewayTimeout = 8;

    /// <summary>Rows with a request time, and the sum of these in milliseconds.</summary>
    public const int Timed = 9;
    public const int TimeSum = 10;

    /// <summary>Rows whose status is of no class.</summary>
    public const int Other = 11;
    public const int Columns = 12;

    /// <summary>The column of each status' class.</summary>
    public static byte[] ByStatus()
    {
        byte[] columns = new byte[1000];
        for (int status = 0; status < columns.Length; status++)
        {
            columns[status] = (byte)OfClass(status);
        }

        return columns;
    }

    /// <summary>The column of a status' class: 4xx without 499, 5xx with all of them.</summary>
    public static int OfClass(int status) => status switch
    {
        499 => Abandoned,
        >= 500 and < 600 => ServerError,
        >= 400 and < 500 => ClientError,
        >= 300 and < 400 => Redirect,
        >= 200 and < 300 => Success,
        _ => Other,
    };
}
