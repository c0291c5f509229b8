using System.Diagnostics;
using Vireo.Cli.Parsing;
using Vireo.Host.Terminals;

namespace Vireo.Cli.Commands;

/// <summary>Lets the user change a document in an editor, again until it is accepted or given up.</summary>
internal static class DocumentEditor
{
    private const byte Interrupt = 3;
    private const byte EndOfInput = 4;

    private enum Answer
    {
        No,
        Edit,
        Relax,
        Force,
    }

    /// <param name="context">The command.</param>
    /// <param name="text">The document as it is.</param>
    /// <param name="store">Takes the changed document; what it throws is shown and the user asked.</param>
    /// <returns>False when nothing was changed.</returns>
    public static ValueTask<bool> EditAsync(CommandContext context, string text, Func<string, ValueTask> store) =>
        EditAsync(context, text, validate: false, (edited, _) => store(edited));

    /// <param name="context">The command.</param>
    /// <param name="text">The document as it is.</param>
    /// <param name="validate">Whether the document is validated first, which the user may then give up.</param>
    /// <param name="store">Takes the changed document and whether to validate it.</param>
    /// <returns>False when nothing was changed.</returns>
    public static async ValueTask<bool> EditAsync(CommandContext context, string text, bool validate, Func<string, bool, ValueTask> store)
    {
        var path = Path.Combine(Path.GetTempPath(), "vireo" + Path.GetRandomFileName() + ".xml");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        try
        {
            await using (var writer = new StreamWriter(path, options))
            {
                await writer.WriteAsync(text);
            }
            var answer = Answer.Edit;
            while (true)
            {
                if (answer == Answer.Edit)
                {
                    await RunEditorAsync(context, path);
                }
                var edited = await File.ReadAllTextAsync(path, context.CancellationToken);
                if (edited == text)
                {
                    return false;
                }
                try
                {
                    await store(edited, validate);
                    return true;
                }
                catch (VireoException refused)
                {
                    context.Session.Error(refused.Message);
                }
                answer = Ask(context, validate);
                validate &= answer != Answer.Relax;
                if (answer == Answer.No)
                {
                    throw new CommandException("");
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async ValueTask RunEditorAsync(CommandContext context, string path)
    {
        var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual
            : Environment.GetEnvironmentVariable("EDITOR") is { Length: > 0 } named ? named : "vi";

        // $EDITOR may carry arguments; they are split at blanks and never seen by a shell.
        var words = editor.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        context.Session.Output.Flush();
        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false };
        foreach (var word in words[1..].Append(path))
        {
            start.ArgumentList.Add(word);
        }
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CommandException($"cannot run the editor '{editor}': {missing.Message}; set $EDITOR");
        }
        using (process)
        {
            await process.WaitForExitAsync(context.CancellationToken);
            if (process.ExitCode != 0)
            {
                throw new CommandException("", VireoException.Internal(ErrorDomain.None, $"Child process ({editor} {path}) unexpected exit status {process.ExitCode}"));
            }
        }
    }

    /// <summary>Asks for one key, as virsh does. Who cannot answer, or breaks off, has said no.</summary>
    private static Answer Ask(CommandContext context, bool mayRelax)
    {
        if (!UserTerminal.IsInteractive)
        {
            return Answer.No;
        }
        using var raw = UserTerminal.Raw();
        Span<byte> key = stackalloc byte[1];
        while (true)
        {
            context.Print($"\rFailed. Try again? {(mayRelax ? "[y,n,i,f,?]" : "[y,n,f,?]")}: ");
            context.Session.Output.Flush();
            var ended = UserTerminal.Read(key) == 0;
            switch (ended ? EndOfInput : key[0])
            {
                case (byte)'y' or (byte)'Y':
                    context.Print("\r\n");
                    return Answer.Edit;
                case (byte)'n' or (byte)'N' or Interrupt or EndOfInput:
                    context.Print("\r\n");
                    return Answer.No;
                case (byte)'i' or (byte)'I' when mayRelax:
                    context.Print("\r\n");
                    return Answer.Relax;
                case (byte)'f' or (byte)'F':
                    context.Print("\r\n");
                    return Answer.Force;
                case (byte)'?':
                    context.Print("\r\n" + string.Join("\r\n", (string[])[
                        "y - yes, edit it again", "n - no, forget my changes", .. mayRelax ? (string[])["i - store it without validating it"] : [], "f - store it as it is, once more", "? - this help"]) + "\r\n");
                    break;
                default:
                    break;
            }
        }
    }
}
