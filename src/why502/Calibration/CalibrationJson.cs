using System.Buffers;
using System.Text.Json;

namespace Why502.Cli.Calibration;

/// <summary>The same tables for programs.</summary>
internal static class CalibrationJson
{
    public static byte[] Render(Reliability all, Fit? fit)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("schema", "why502/calibration/1");
            Write(json, "first", all.First);
            Write(json, "first_three", all.Three);
            Write(json, "sure", all.Sure);
            json.WriteStartArray("bins");
            foreach (var bin in all.Bins)
            {
                json.WriteStartObject();
                json.WriteNumber("from", bin.From);
                json.WriteNumber("to", bin.To);
                json.WriteNumber("stated", Math.Round(bin.Stated, 4));
                Write(json, "right", bin.Right);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("causes");
            foreach (var cause in all.Causes)
            {
                json.WriteStartObject();
                json.WriteString("cause", cause.Cause);
                Write(json, "first", cause.First);
                Write(json, "first_three", cause.Three);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteWrong(json, all.Wrong);
            WriteFit(json, fit);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteWrong(Utf8JsonWriter json, IReadOnlyList<JudgedCase> wrong)
    {
        json.WriteStartArray("wrong");
        foreach (var item in wrong)
        {
            json.WriteStartObject();
            json.WriteString("id", item.Case.Id);
            json.WriteStartArray("causes");
            foreach (var cause in item.Case.Causes)
            {
                json.WriteStringValue(cause);
            }

            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in item.Findings)
            {
                json.WriteStartObject();
                json.WriteString("cause", finding.Cause);
                json.WriteNumber("confidence", Math.Round(finding.Confidence, 4));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFit(Utf8JsonWriter json, Fit? fit)
    {
        if (fit is null)
        {
            return;
        }

        json.WriteStartObject("fit");
        json.WriteNumber("temperature", Math.Round(fit.Temperature, 2));
        json.WriteNumber("other", Math.Round(fit.Other, 1));
        json.WriteNumber("folds", Fit.Folds);
        json.WriteNumber("cases", fit.Cases);
        json.WriteNumber("log_loss_held_out", Math.Round(fit.HeldOut, 4));
        json.WriteNumber("log_loss_in_use", Math.Round(fit.Current, 4));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Share share)
    {
        json.WriteStartObject(name);
        json.WriteNumber("right", share.Right);
        json.WriteNumber("total", share.Total);
        json.WriteNumber("low", Math.Round(share.Low, 4));
        json.WriteNumber("high", Math.Round(share.High, 4));
        json.WriteEndObject();
    }
}
